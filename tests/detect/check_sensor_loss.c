/* SPDX-License-Identifier: Apache-2.0
 *
 * Each place where something is lost has its own share, floor and alert; the share is that of the window, not of all time.
 */
#include <string.h>

#include "detect/detectors.h"
#include "support/check_main.h"
#include "support/observations.h"

#define MINUTE (60 * USEC_PER_SEC)

static struct site site;
static struct detect_settings settings;
static struct alert_book *book;
static struct bell bell;
static void *detector;
static struct detector_context context;

static void
setup(void)
{
	settings = (struct detect_settings){ .alerts = { .keys = 100, .forget = 24 * 60 * MINUTE },
		.sensor_loss = { .share = 0.01, .window = 5 * MINUTE } };
	bell.len = 0;
	book = alert_book_new(&settings.alerts, bell_note, &bell);
	context = (struct detector_context){ .settings = &settings, .site = &site, .alerts = book };
	detector = detector_sensor_loss.open(&context);
	ck_assert_ptr_nonnull(detector);
}

static void
teardown(void)
{
	detector_sensor_loss.close(detector);
	alert_book_free(book);
}

static void
say(usec_t time, struct loss_report r)
{
	struct observation o = { .kind = OBSERVED_LOSS, .time = time, .loss = &r };

	detector_sensor_loss.observe(detector, &o);
}

static bool
contains(const char *text, const char *what)
{
	return strstr(text, what) != NULL;
}

START_TEST(each_place)
{
	static const struct {
		struct loss_report r;
		const char *key, *part;
	} cases[] = {
		{ { .frames = 9800, .kernel_dropped = 200 }, "kernel", "200 of 10000 frames found no room in the kernel" },
		{ { .frames = 9800, .interface_dropped = 200 }, "interface", "dropped by the interface" },
		{ { .frames = 9800, .handover_dropped = 200 }, "handover", "another worker" },
		{ { .observations = 98, .observations_lost = 2 }, "queue", "2 of 100 observations" },
		{ { .payload = 9 << 20, .payload_missing = 1 << 20 }, "gaps", "1.0 MiB of 10.0 MiB of the conversations" },
	};
	unsigned n = sizeof(cases) / sizeof(cases[0]);

	for (unsigned i = 0; i < n; i++) {
		say(MINUTE * (1 + 20 * i), cases[i].r);
		ck_assert_uint_eq(bell.len, i + 1);
		ck_assert_str_eq(bell.at[i].rule, "sensor_loss");
		ck_assert_str_eq(bell.at[i].key, cases[i].key);
		ck_assert_msg(contains(bell.at[i].reason, cases[i].part), "%s", bell.at[i].reason);
		ck_assert_int_eq(bell.at[i].severity, SEVERITY_MEDIUM);
		ck_assert(contains(bell.at[i].reason, "held against 1.0 %"));
	}
}
END_TEST

START_TEST(thresholds)
{
	/* Exactly the share, and next to nothing: silence. */
	say(MINUTE, (struct loss_report){ .frames = 99000, .kernel_dropped = 1000 });
	say(MINUTE, (struct loss_report){ .observations = 90, .observations_lost = 9 });
	say(MINUTE, (struct loss_report){ .payload = 1000, .payload_missing = (1 << 20) - 1001 });
	ck_assert_uint_eq(bell.len, 0);
	say(2 * MINUTE, (struct loss_report){ .kernel_dropped = 1 });
	ck_assert_uint_eq(bell.len, 1);
	/* Most is missing: high. A month later the old sums are forgotten. */
	say(50000 * MINUTE, (struct loss_report){ .frames = 800, .kernel_dropped = 200 });
	ck_assert_uint_eq(bell.len, 2);
	ck_assert_int_eq(bell.at[1].severity, SEVERITY_HIGH);
}
END_TEST

START_TEST(window)
{
	/* The loss is out of the window when the floor is reached again. */
	say(MINUTE, (struct loss_report){ .frames = 500, .kernel_dropped = 100 });
	say(20 * MINUTE, (struct loss_report){ .frames = 5000 });
	ck_assert_uint_eq(bell.len, 0);
	/* As long as it goes on it is raised once per window, and the book says the first. */
	for (int i = 0; i < 30; i++)
		say((30 + i) * MINUTE, (struct loss_report){ .frames = 900, .kernel_dropped = 100 });
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_uint_eq(alert_book_counters(book).raised, 6);
}
END_TEST

START_TEST(reload)
{
	struct detect_settings later = settings;

	ck_assert(detector_sensor_loss.enabled(&settings));
	later.sensor_loss.share = 0.5;
	later.sensor_loss.window = MINUTE;
	context.settings = &later;
	detector_sensor_loss.reload(detector, &context);
	say(MINUTE, (struct loss_report){ .frames = 6000, .kernel_dropped = 4000 });
	ck_assert_uint_eq(bell.len, 0);
	say(MINUTE, (struct loss_report){ .kernel_dropped = 4000 });
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_msg(contains(bell.at[0].reason, "within 1 min"), "%s", bell.at[0].reason);
	later.sensor_loss.share = 1;
	ck_assert(!detector_sensor_loss.enabled(&later));
}
END_TEST

START_TEST(what_was_missed_outlives_a_restart)
{
	struct state_out out;

	/* Too few to say anything, before and after. */
	say(SCENE_NOON, (struct loss_report){ .frames = 590, .kernel_dropped = 10 });
	state_out_init(&out, 1 << 20);
	detector_sensor_loss.save(detector, &out);
	ck_assert(state_finish(&out));
	detector_sensor_loss.close(detector);
	detector = detector_sensor_loss.open(&context);
	ck_assert_uint_eq(detector_sensor_loss.load(detector, buffer_bytes(&out.image)), 0);
	ck_assert_uint_eq(bell.len, 0);
	say(SCENE_NOON + USEC_PER_SEC, (struct loss_report){ .frames = 590, .kernel_dropped = 10 });
	ck_assert_uint_eq(bell.len, 1);
	state_out_clear(&out);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, each_place);
	tcase_add_test(tests, thresholds);
	tcase_add_test(tests, window);
	tcase_add_test(tests, what_was_missed_outlives_a_restart);
	tcase_add_test(tests, reload);
}

CHECK_MAIN("detect/sensor_loss", add_tests)
