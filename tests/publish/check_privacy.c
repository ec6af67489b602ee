/* SPDX-License-Identifier: Apache-2.0
 *
 * Nothing that is to be hidden is left anywhere in a document: not in its own field, not in a sentence, not in a header, and
 * what is hashed is the same everywhere.
 */
#include "publish/privacy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/check_main.h"

static char key_path[] = "/tmp/mailtap-privacy-XXXXXX";

static void
setup(void)
{
	int fd;

	strcpy(key_path + strlen(key_path) - 6, "XXXXXX");
	fd = mkstemp(key_path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "0123456789abcdef\nmore\n", 22), 22);
	close(fd);
}

static void
teardown(void)
{
	unlink(key_path);
}

static const char document[] =
    "{\"email\":{\"subject\":\"Plans for Monday\",\"from\":{\"address\":[\"Alice@company.example\"]},"
    "\"message_id\":\"abc@host.example\",\"attachments\":[{\"file\":{\"name\":\"payroll 2026.xlsx\",\"extension\":\"xlsx\"}}]},"
    "\"user\":{\"name\":\"bob\"},\"related\":{\"user\":[\"alice@company.example\",\"bob\"]},"
    "\"rule\":{\"description\":\"bob stays here\"},"
    "\"event\":{\"reason\":\"Mail for alice@company.example goes out, says bob: Plans for Monday (payroll 2026.xlsx), not "
    "bobby.\"},"
    "\"mailtap\":{\"from\":\"Alice Smith <alice@company.example>\",\"headers\":[{\"name\":\"Subject\",\"value\":\"Plans for "
    "Monday\"},{\"name\":\"Sender\",\"value\":\"Alice Smith <alice@company.example>\"},{\"name\":\"X-Loop\",\"value\":\"by "
    "<alice@company.example>; 1\"},{\"name\":\"References\",\"value\":\"<abc@host.example>\"}],"
    "\"alert\":{\"evidence\":[{\"kind\":\"file\",\"seen\":\"payroll 2026.xlsx\"},{\"kind\":\"header\",\"seen\":\"X-Loop: "
    "alice@company.example\"}]}}}";

static char *
apply(enum privacy_mode subject, enum privacy_mode addresses, enum privacy_mode filenames)
{
	struct privacy_settings s = { subject, addresses, filenames, key_path };
	char error[256] = "";
	struct privacy *p = privacy_open(&s, error, sizeof(error));
	json_t *d = json_loads(document, 0, NULL);
	char *text;

	ck_assert_msg(p != NULL, "%s", error);
	ck_assert_ptr_nonnull(d);
	privacy_apply(p, d);
	text = json_dumps(d, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(d);
	privacy_close(p);
	return text;
}

static const char *
text_at(json_t *d, const char *path)
{
	char copy[200];

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *rest = copy, *part; (part = strtok_r(rest, ".", &rest)) != NULL;)
		d = part[0] >= '0' && part[0] <= '9' ? json_array_get(d, (size_t)(part[0] - '0')) : json_object_get(d, part);
	return json_string_value(d);
}

START_TEST(clear_changes_nothing)
{
	json_t *d = json_loads(document, 0, NULL);
	char *want = json_dumps(d, JSON_COMPACT | JSON_SORT_KEYS), *got = apply(PRIVACY_CLEAR, PRIVACY_CLEAR, PRIVACY_CLEAR);

	ck_assert_str_eq(got, want);
	json_decref(d);
	free(want);
	free(got);
}
END_TEST

START_TEST(hashed_everywhere_alike)
{
	char *text = apply(PRIVACY_HASHED, PRIVACY_HASHED, PRIVACY_HASHED);
	json_t *d = json_loads(text, 0, NULL);
	const char *alice = text_at(d, "related.user.0"), *bob = text_at(d, "related.user.1");
	const char *file = text_at(d, "email.attachments.0.file.name"), *subject = text_at(d, "email.subject");
	char want[400];

	ck_assert_ptr_null(strcasestr(text, "alice"));
	ck_assert_ptr_null(strstr(text, "Smith"));
	ck_assert_ptr_null(strstr(text, "Monday"));
	ck_assert_ptr_null(strstr(text, "payroll"));
	ck_assert_uint_eq(strlen(alice), 16 + strlen("@company.example"));
	ck_assert_ptr_nonnull(strstr(alice, "@company.example"));
	ck_assert_uint_eq(strlen(bob), 16);
	ck_assert_uint_eq(strlen(file), 16 + 5);
	ck_assert_ptr_nonnull(strstr(file, ".xlsx"));
	ck_assert_uint_eq(strlen(subject), 16);
	ck_assert_str_eq(text_at(d, "user.name"), bob);
	ck_assert_uint_eq(strspn(alice, "0123456789abcdef"), 16);
	/* Case makes no other person, and fields agree. */
	ck_assert_int_eq(strncmp(text_at(d, "email.from.address.0"), alice, 16), 0);
	ck_assert_str_eq(text_at(d, "mailtap.from"), alice);
	ck_assert_str_eq(text_at(d, "mailtap.headers.0.value"), subject);
	ck_assert_str_eq(text_at(d, "mailtap.headers.1.value"), alice);
	snprintf(want, sizeof(want), "by <%s>; 1", alice);
	ck_assert_str_eq(text_at(d, "mailtap.headers.2.value"), want);
	ck_assert_str_eq(text_at(d, "mailtap.alert.evidence.0.seen"), file);
	snprintf(want, sizeof(want), "Mail for %s goes out, says %s: %s (%s), not bobby.", alice, bob, subject, file);
	ck_assert_str_eq(text_at(d, "event.reason"), want);
	/* What only looks like an address, and our own words. */
	ck_assert_str_eq(text_at(d, "email.message_id"), "abc@host.example");
	ck_assert_str_eq(text_at(d, "mailtap.headers.3.value"), "<abc@host.example>");
	ck_assert_str_eq(text_at(d, "rule.description"), "bob stays here");
	json_decref(d);
	free(text);
}
END_TEST

START_TEST(off_leaves_out)
{
	char *text = apply(PRIVACY_OFF, PRIVACY_OFF, PRIVACY_OFF);
	json_t *d = json_loads(text, 0, NULL);

	ck_assert_ptr_null(strcasestr(text, "alice"));
	ck_assert_ptr_null(strstr(text, "Monday"));
	ck_assert_ptr_null(strstr(text, "payroll"));
	ck_assert_ptr_null(text_at(d, "email.subject"));
	ck_assert_ptr_null(text_at(d, "user.name"));
	ck_assert_ptr_null(text_at(d, "related.user.0"));
	ck_assert_ptr_null(text_at(d, "email.attachments.0.file.name"));
	ck_assert_str_eq(text_at(d, "email.attachments.0.file.extension"), "xlsx");
	ck_assert_str_eq(text_at(d, "event.reason"),
	    "Mail for withheld@company.example goes out, says withheld: withheld (withheld.xlsx), not bobby.");
	json_decref(d);
	free(text);
}
END_TEST

START_TEST(each_by_itself)
{
	char *text = apply(PRIVACY_HASHED, PRIVACY_CLEAR, PRIVACY_CLEAR);

	ck_assert_ptr_null(strstr(text, "Monday"));
	ck_assert_ptr_nonnull(strstr(text, "Alice Smith <alice@company.example>"));
	ck_assert_ptr_nonnull(strstr(text, "payroll 2026.xlsx"));
	free(text);
	text = apply(PRIVACY_CLEAR, PRIVACY_CLEAR, PRIVACY_OFF);
	ck_assert_ptr_null(strstr(text, "payroll"));
	ck_assert_ptr_nonnull(strstr(text, "Monday"));
	free(text);
}
END_TEST

START_TEST(a_key_is_needed)
{
	struct privacy_settings s = { .addresses = PRIVACY_HASHED, .key_file = (char[]){ "/nonexistent/key" } };
	char error[256] = "", empty[1] = "";
	FILE *f;

	ck_assert_ptr_null(privacy_open(&s, error, sizeof(error)));
	ck_assert_msg(strstr(error, "/nonexistent/key") != NULL && strstr(error, "openssl rand") != NULL, "%s", error);
	s.key_file = empty;
	ck_assert_ptr_null(privacy_open(&s, error, sizeof(error)));
	ck_assert_msg(strstr(error, "is not set") != NULL, "%s", error);
	f = fopen(key_path, "w");
	ck_assert_ptr_nonnull(f);
	fputs("too short\n", f);
	fclose(f);
	s.key_file = key_path;
	ck_assert_ptr_null(privacy_open(&s, error, sizeof(error)));
	s.addresses = PRIVACY_OFF;
	privacy_close(privacy_open(&s, error, sizeof(error)));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, clear_changes_nothing);
	tcase_add_test(tests, hashed_everywhere_alike);
	tcase_add_test(tests, off_leaves_out);
	tcase_add_test(tests, each_by_itself);
	tcase_add_test(tests, a_key_is_needed);
}

CHECK_MAIN("publish/privacy", add_tests)
