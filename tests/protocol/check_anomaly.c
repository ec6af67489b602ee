/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/anomaly.h"

#include <string.h>

#include "support/check_main.h"
#include "support/recorder.h"

START_TEST(names_are_rows)
{
	for (int i = 0; i < ANOMALIES; i++) {
		const char *name = anomaly_name((enum anomaly)i);

		ck_assert_uint_eq(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(name));
		ck_assert_uint_gt(strlen(anomaly_sentence((enum anomaly)i)), 15);
		for (int k = 0; k < i; k++)
			ck_assert_str_ne(name, anomaly_name((enum anomaly)k));
	}
}
END_TEST

START_TEST(once_per_direction_and_under_a_ceiling)
{
	static const struct protocol_limits limits = { .observations = 4 };
	struct session session = { .protocol = MAIL_SMTP };
	struct recorder r;
	struct protocol_context context = { .session = &session, .limits = &limits, .observe = recorder_observe,
		.observe_arg = &r };
	struct anomalies list = { 0 };

	recorder_init(&r);
	for (int i = 0; i < 3; i++) {
		anomaly_say(&list, &context, ANOMALY_BARE_LF, FROM_CLIENT, 1);
		anomaly_say(&list, &context, ANOMALY_BARE_LF, FROM_SERVER, 1);
	}
	ck_assert_str_eq(recorder_text(&r), "anomaly bare_lf client\nanomaly bare_lf server\n");
	for (int i = 0; i < ANOMALIES; i++)
		anomaly_say(&list, &context, (enum anomaly)i, FROM_CLIENT, 1);
	ck_assert_uint_eq(r.anomalies, 4);
	recorder_clear(&r);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, names_are_rows);
	tcase_add_test(tests, once_per_direction_and_under_a_ceiling);
}

CHECK_MAIN("protocol/anomaly", add_tests)
