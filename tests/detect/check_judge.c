/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/judge.h"

#include "detect/detectors.h"

#include <string.h>

#include "detect/shipped_rules.h"
#include "settings/settings.h"
#include "support/check_main.h"
#include "support/observations.h"

#define MIB (UINT64_C(1) << 20)

static struct network home[1];
static struct forward_rules rules;
static struct site site;
static struct bell bell;

static void
setup(void)
{
	home[0] = network_of("10.0.0.0/8");
	site = (struct site){ .home = { home, 1 } };
	rules = shipped_rules();
	bell.len = 0;
}

static void
teardown(void)
{
	forward_rules_clear(&rules);
}

static void
forward(struct judge *j, const char *recipient)
{
	struct scene s;
	struct observation o;

	scene_init(&s, "10.0.0.5", "198.51.100.25");
	scene_from(&s, "erin@partner.example");
	scene_to(&s, recipient);
	scene_header(&s, "X-MS-Exchange-ForwardingLoop", "alice@company.example;1");
	o = scene_message(&s);
	judge_observe(j, &o);
}

static void
upload(struct judge *j, uint64_t octets)
{
	struct scene s;
	struct observation o;

	scene_init(&s, "10.0.0.5", "198.51.100.25");
	o = scene_volume(&s, octets, 1000);
	judge_observe(j, &o);
}

START_TEST(every_detector_sees_every_observation)
{
	struct detect_settings settings = plain_settings();
	struct judge *j = judge_new(&settings, &site, &rules, bell_note, &bell);

	ck_assert_ptr_nonnull(j);
	forward(j, "a@freemail.example");
	upload(j, 20 * MIB);
	ck_assert_uint_eq(bell.len, 2);
	ck_assert_str_eq(bell.at[0].rule, "auto_forward");
	ck_assert_str_eq(bell.at[1].rule, "upload_asymmetry");
	judge_tick(j, SCENE_NOON + 86400 * USEC_PER_SEC);
	judge_tick(j, SCENE_NOON);
	ck_assert_uint_eq(judge_counters(j).published, 2);
	judge_free(j);
	judge_free(NULL);
}
END_TEST

START_TEST(what_is_switched_off_is_silent)
{
	struct detect_settings settings = plain_settings();
	struct judge *j;

	settings.auto_forward.enabled = false;
	settings.upload_asymmetry.enabled = false;
	j = judge_new(&settings, &site, &rules, bell_note, &bell);
	forward(j, "a@freemail.example");
	upload(j, 20 * MIB);
	ck_assert_uint_eq(bell.len, 0);
	judge_free(j);
}
END_TEST

START_TEST(a_reload_switches_and_keeps_the_counts)
{
	struct detect_settings first = plain_settings(), second = plain_settings(), third = plain_settings();
	struct forward_rules none = { 0 };
	struct judge *j = judge_new(&first, &site, &rules, bell_note, &bell);

	forward(j, "a@freemail.example");
	ck_assert_uint_eq(bell.len, 1);
	second.auto_forward.enabled = false;
	judge_reload(j, &second, &site, &rules);
	memset(&first, 0xff, sizeof(first));
	forward(j, "b@freemail.example");
	ck_assert_uint_eq(bell.len, 1);
	judge_reload(j, &third, &site, &rules);
	memset(&second, 0xff, sizeof(second));
	forward(j, "a@freemail.example");
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_uint_eq(judge_counters(j).held_back, 1);
	forward(j, "b@freemail.example");
	ck_assert_uint_eq(bell.len, 2);
	/* Other rules count at once; what was held back under the old ones is said before. */
	judge_reload(j, &third, &site, &none);
	ck_assert_uint_eq(bell.len, 3);
	ck_assert_uint_eq(bell.at[2].count, 2);
	forward(j, "c@freemail.example");
	ck_assert_uint_eq(bell.len, 3);
	judge_free(j);
}
END_TEST

START_TEST(what_detectors_forget_is_counted)
{
	struct detect_settings settings = plain_settings();
	struct judge *j;
	struct observation o;
	struct scene s;

	settings.upload_asymmetry.pairs = 16;
	j = judge_new(&settings, &site, &rules, bell_note, &bell);
	for (uint8_t i = 0; i < 100; i++) {
		scene_init(&s, "10.0.0.5", "198.51.100.25");
		s.session.client.address.ip[3] = i;
		o = scene_volume(&s, MIB, 1000);
		judge_observe(j, &o);
	}
	ck_assert_uint_eq(judge_counters(j).forgotten, 84);
	judge_free(j);
}
END_TEST

START_TEST(the_table_is_whole)
{
	size_t n = 0;

	for (; detectors[n] != NULL; n++) {
		ck_assert(detectors[n]->rule != NULL && detectors[n]->enabled != NULL && detectors[n]->open != NULL &&
		    detectors[n]->observe != NULL && detectors[n]->close != NULL && detectors[n]->reload != NULL);
		/* What is saved is loaded, and the other way round. */
		ck_assert((detectors[n]->save == NULL) == (detectors[n]->load == NULL));
		/* Of all rules, only those about the sensor itself and about servers are about no attacker; a site's own say
		 * themselves. */
		ck_assert((detectors[n]->rule->techniques[0] == NULL) ==
		    (detectors[n] == &detector_sensor_loss || detectors[n] == &detector_new_mail_service ||
			detectors[n] == &detector_user_rules));
		for (size_t i = 0; i < n; i++) {
			ck_assert_str_ne(detectors[i]->rule->name, detectors[n]->rule->name);
			ck_assert_str_ne(detectors[i]->rule->id, detectors[n]->rule->id);
		}
	}
	ck_assert_uint_ge(n, 2);
}
END_TEST

/* Every detector that can is saved, with all on and the settings of the table; and takes its own back. */
START_TEST(what_is_learnt_is_saved_and_loaded)
{
	struct settings *s = settings_load(NULL, NULL, 0, &(struct complaints){ .say = shipped_rules_complaint });
	struct judge *j = judge_new(&s->detect, &s->site, &s->forward_rules, bell_note, &bell), *again;
	struct state_out out, second;
	char error[STATE_ERROR_MAX];

	forward(j, "a@freemail.example");
	upload(j, 20 * MIB);
	state_out_init(&out, 1 << 22);
	judge_save(j, &out);
	ck_assert(state_finish(&out));
	ck_assert(state_check(buffer_bytes(&out.image), error));
	judge_free(j);
	again = judge_new(&s->detect, &s->site, &s->forward_rules, bell_note, &bell);
	ck_assert_uint_eq(judge_load(again, buffer_bytes(&out.image)), 0);
	state_out_init(&second, 1 << 22);
	judge_save(again, &second);
	ck_assert(state_finish(&second));
	ck_assert(bytes_equal(buffer_bytes(&out.image), buffer_bytes(&second.image)));
	ck_assert_uint_gt(out.image.len, 2000);
	/* Other settings take over what still has meaning. */
	judge_free(again);
	s->detect.bulk_fetch.window *= 2;
	again = judge_new(&s->detect, &s->site, &s->forward_rules, bell_note, &bell);
	ck_assert_uint_eq(judge_load(again, buffer_bytes(&out.image)), 1);
	judge_free(again);
	state_out_clear(&out);
	state_out_clear(&second);
	settings_free(s);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, every_detector_sees_every_observation);
	tcase_add_test(tests, what_is_switched_off_is_silent);
	tcase_add_test(tests, a_reload_switches_and_keeps_the_counts);
	tcase_add_test(tests, what_detectors_forget_is_counted);
	tcase_add_test(tests, the_table_is_whole);
	tcase_add_test(tests, what_is_learnt_is_saved_and_loaded);
}

CHECK_MAIN("detect/judge", add_tests)
