/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/allow_text.h"

#include <stdio.h>
#include <stdlib.h>

#include "settings/settings.h"
#include "support/check_main.h"

/* What the text is written back as, or why it is refused. */
static const char *
again(const char *text)
{
	static char out[1024];
	struct allowance a;
	struct refusal why;
	struct buffer b;

	if (!allow_read(text, &a, &why)) {
		snprintf(out, sizeof(out), "%s", why.text);
		return out;
	}
	buffer_init(&b, sizeof(out));
	allow_write(&a, &b);
	snprintf(out, sizeof(out), "%.*s", (int)b.len, (const char *)b.at);
	buffer_clear(&b);
	allow_clear(&a);
	return out;
}

START_TEST(what_is_written_is_read_back)
{
	static const char *const texts[][2] = {
		{ "10.1.2.0/24 until 2027-01-01 because backup host", NULL },
		{ "10.1.2.3", "10.1.2.3/32" },
		{ "client 2001:db8::/32", NULL },
		{ "server 10.0.0.0/8 from 2026-11-28 until 2026-11-30", NULL },
		{ "  10.1.2.3/32   until  2026-11-28T18:30Z  because  it is  so ",
		    "10.1.2.3/32 until 2026-11-28T18:30 because it is  so" },
		{ "10.1.2.3/32 from 2026-11-28T06:00", NULL },
		{ "Ann@Example.org because of her role", "ann@example.org because of her role" },
		{ "ann@example.org because because", NULL },
		{ "example.org until 2024-02-29", NULL },
		{ "client", NULL },
		{ "root", NULL },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *right = texts[i][1] != NULL ? texts[i][1] : texts[i][0];
		char first[1024];

		snprintf(first, sizeof(first), "%s", again(texts[i][0]));
		ck_assert_str_eq(first, right);
		ck_assert_str_eq(again(first), right);
	}
}
END_TEST

START_TEST(refusals_say_what_is_wrong)
{
	static const char *const wrong[][2] = {
		{ "", "is empty: write for example" },
		{ "10.1.2.3/8", "has bits beyond its prefix: write 10.0.0.0/8" },
		{ "10.1.2.300", "is not a network" },
		{ "client ann", "is not a network" },
		{ "10.1.2.3 until tomorrow", "has no time after \"until\"" },
		{ "10.1.2.3 until 2027-02-30", "has no time after \"until\"" },
		{ "10.1.2.3 until 2027-13-01", "has no time after \"until\"" },
		{ "10.1.2.3 until 2027-01-01T24:00", "has no time after \"until\"" },
		{ "10.1.2.3 until 2027-01-01T10", "has no time after \"until\"" },
		{ "10.1.2.3 until", "has no time after \"until\"" },
		{ "10.1.2.3 from", "has no time after \"from\"" },
		{ "10.1.2.3 from 2027-01-02 until 2027-01-01", "ends before it begins" },
		{ "10.1.2.3 backup host", "is not understood" },
		{ "ann@", "is not" },
		{ "10.1.2.3 because \x01", "holds a control character" },
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(
		    strstr(again(wrong[i][0]), wrong[i][1]) != NULL, "%s: %s", wrong[i][0], again(wrong[i][0]));
}
END_TEST

START_TEST(a_role_is_a_hosts)
{
	struct refusal why;

	ck_assert(allow_is_network("10.1.2.3 until 2027-01-01", &why));
	ck_assert(!allow_is_network("ann@example.org", &why));
	ck_assert_ptr_nonnull(strstr(why.text, "names no network: a role belongs to hosts"));
	ck_assert(!allow_is_network("", &why));
}
END_TEST

static void
ignore_line(void *arg, const char *line)
{
	snprintf(arg, 512, "%s", line);
}

static unsigned expired;
static char said[512];

static void
note_expired(void *arg, const char *path, const char *allowance)
{
	(void)arg;
	expired++;
	snprintf(said, sizeof(said), "%s: %s", path, allowance);
}

START_TEST(in_settings)
{
	static const char *const sets[] = {
		"detect.bulk_fetch.allow=[\"10.1.2.0/24 until 2026-01-01 because a, b\", ann]", "roles.nat=10.9.9.9"
	};
	static const char *const wrong[] = { "roles.nat=ann" };
	char line[512] = "";
	struct complaints c = { .say = ignore_line, .arg = line };
	struct settings *s = settings_load(NULL, sets, 2, &c);
	const usec_t end = INT64_C(1767312000) * USEC_PER_SEC; /* 2026-01-02 */

	ck_assert_msg(s != NULL, "%s", line);
	ck_assert_uint_eq(s->detect.bulk_fetch.allow.len, 2);
	ck_assert_str_eq(s->detect.bulk_fetch.allow.at[0].reason, "a, b");
	ck_assert_str_eq(s->detect.bulk_fetch.allow.at[1].who, "ann");
	ck_assert_uint_eq(s->site.roles[ROLE_NAT].len, 1);
	settings_expired(s, end - 1, note_expired, NULL);
	ck_assert_uint_eq(expired, 0);
	settings_expired(s, end, note_expired, NULL);
	ck_assert_uint_eq(expired, 1);
	ck_assert_str_eq(said, "detect.bulk_fetch.allow: 10.1.2.0/24 until 2026-01-01 because a, b");
	ck_assert(settings_on_command_line(s, "roles.nat"));
	ck_assert(!settings_on_command_line(s, "state.path"));
	/* A small limits.memory is for connections first. */
	ck_assert_uint_eq(s->detect.memory, 64u << 20);
	settings_free(s);
	ck_assert_ptr_null(settings_load(NULL, wrong, 1, &c));
	ck_assert_ptr_nonnull(strstr(line, "roles.nat: \"ann\" names no network"));
	s = settings_load(NULL, (const char *const[]){ "limits.memory=160MiB" }, 1, &c);
	ck_assert_uint_eq(s->detect.memory, 10u << 20);
	settings_free(s);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, what_is_written_is_read_back);
	tcase_add_test(tests, refusals_say_what_is_wrong);
	tcase_add_test(tests, a_role_is_a_hosts);
	tcase_add_test(tests, in_settings);
}

CHECK_MAIN("settings/allow_text", add_tests)
