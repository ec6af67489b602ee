/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/indicators.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/check_main.h"

static char path[] = "/tmp/check_indicators.XXXXXX";
static char heard[4096];

static void
hear(void *arg, unsigned line, const char *what)
{
	size_t len = strlen(heard);

	(void)arg;
	snprintf(heard + len, sizeof(heard) - len, "%u: %s\n", line, what);
}

static void
write_text(const char *text, size_t len)
{
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}

static void
write_file(const char *text)
{
	write_text(text, strlen(text));
}

static void
setup(void)
{
	int fd;

	memcpy(path + strlen(path) - 6, "XXXXXX", 6);
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	close(fd);
	heard[0] = '\0';
}

static void
teardown(void)
{
	(void)unlink(path);
}

static struct indicators *
made_of(const char *text)
{
	struct indicators *i;

	write_file(text);
	i = indicators_new(path, hear, NULL);
	ck_assert_msg(i != NULL, "%s", heard);
	return i;
}

static bool
has_text(const struct indicators *i, const char *text)
{
	return indicators_have_text(i, bytes_str(text));
}

static bool
has_address(const struct indicators *i, const char *text)
{
	struct address a;

	ck_assert(address_parse(bytes_str(text), &a));
	return indicators_have_address(i, &a);
}

START_TEST(each_kind)
{
	struct indicators *i = made_of("# a comment\n"
				       "\n"
				       "Evil.Example   # with another\n"
				       "*.star.example\r\n"
				       ".dot.example\n"
				       "end.example.\n"
				       "Boss@Free.example\n"
				       "198.51.100.0/24\n"
				       "192.0.2.7\n"
				       "2001:db8:7::/48\n"
				       "D41D8CD98F00B204E9800998ECF8427E\n"
				       "da39a3ee5e6b4b0d3255bfef95601890afd80709\n"
				       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

	ck_assert_uint_eq(indicators_len(i), 11);
	ck_assert_str_eq(indicators_path(i), path);
	ck_assert(has_text(i, "evil.example") && has_text(i, "mail.EVIL.example") && has_text(i, "a@b.evil.example"));
	ck_assert(has_text(i, "evil.example.") && has_text(i, "x.star.example") && has_text(i, "star.example"));
	ck_assert(has_text(i, "dot.example") && has_text(i, "end.example"));
	ck_assert(!has_text(i, "notevil.example") && !has_text(i, "example") && !has_text(i, "evil.example.org"));
	ck_assert(has_text(i, "boss@free.EXAMPLE") && !has_text(i, "free.example") && !has_text(i, "b@free.example"));
	ck_assert(has_address(i, "198.51.100.0") && has_address(i, "198.51.100.255"));
	ck_assert(!has_address(i, "198.51.101.0") && !has_address(i, "198.51.99.255"));
	ck_assert(has_address(i, "192.0.2.7") && !has_address(i, "192.0.2.6"));
	ck_assert(has_address(i, "2001:db8:7:ffff::1") && !has_address(i, "2001:db8:8::1"));
	ck_assert(has_text(i, "[192.0.2.7]") && has_text(i, "198.51.100.9") && !has_text(i, "[192.0.2.8]"));
	ck_assert(has_text(i, "d41d8cd98f00b204e9800998ecf8427e"));
	ck_assert(has_text(i, "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709"));
	ck_assert(has_text(i, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
	ck_assert(!has_text(i, "d41d8cd98f00b204e9800998ecf8427f") && !has_text(i, "") && !has_text(i, "@"));
	ck_assert(has_text(i, "x@y@evil.example"));
	indicators_free(i);
}
END_TEST

START_TEST(all_and_nothing)
{
	struct indicators *i = made_of("0.0.0.0/0\n");

	ck_assert(has_address(i, "203.0.113.1") && !has_address(i, "2001:db8::1"));
	indicators_free(i);
	i = made_of("");
	ck_assert(!has_address(i, "203.0.113.1") && !has_text(i, "a.example"));
	ck_assert_uint_eq(indicators_len(i), 0);
	indicators_free(i);
	i = made_of("::/0");
	ck_assert(!has_address(i, "203.0.113.1") && has_address(i, "2001:db8::1"));
	indicators_free(i);
}
END_TEST

START_TEST(what_is_wrong)
{
	write_file("good.example\nhttp://evil.example/x\n10.0.0.1/8\n\na b\n@x\n..\n\x01\n");
	ck_assert_ptr_null(indicators_new(path, hear, NULL));
	ck_assert_str_eq(heard, "2: \"http://evil.example/x\" is no domain, mail address, address, network or hash\n"
				"3: \"10.0.0.1/8\" is no domain, mail address, address, network or hash\n"
				"5: \"a b\" is no domain, mail address, address, network or hash\n"
				"6: \"@x\" is no domain, mail address, address, network or hash\n"
				"7: \"..\" is no domain, mail address, address, network or hash\n"
				"8: \"\\001\" is no domain, mail address, address, network or hash\n");
	heard[0] = '\0';
	ck_assert_ptr_null(indicators_new("/nowhere/at/all", hear, NULL));
	ck_assert_str_eq(heard, "0: No such file or directory\n");
	heard[0] = '\0';
	ck_assert_ptr_null(indicators_new("/tmp", hear, NULL));
	ck_assert_str_eq(heard, "0: is not a file\n");
}
END_TEST

/* One look sees that it changed, the next that it stays so. */
START_TEST(read_again_when_changed)
{
	struct indicators *i = made_of("one.example\n");

	ck_assert_int_eq(indicators_look(i, hear, NULL), INDICATORS_SAME);
	write_file("two.example\nthree.example\n");
	ck_assert_int_eq(indicators_look(i, hear, NULL), INDICATORS_SAME);
	ck_assert(has_text(i, "one.example"));
	ck_assert_int_eq(indicators_look(i, hear, NULL), INDICATORS_NEW);
	ck_assert(!has_text(i, "one.example") && has_text(i, "three.example"));
	ck_assert_int_eq(indicators_look(i, hear, NULL), INDICATORS_SAME);
	/* What is wrong is said once, and what was known stays. */
	write_file("two.example\nbad line here\n");
	ck_assert_int_eq(indicators_look(i, hear, NULL), INDICATORS_SAME);
	ck_assert_int_eq(indicators_look(i, hear, NULL), INDICATORS_BAD);
	ck_assert_int_eq(indicators_look(i, hear, NULL), INDICATORS_SAME);
	ck_assert_ptr_nonnull(strstr(heard, "2: \"bad line here\""));
	ck_assert(has_text(i, "three.example"));
	/* So it is when the file goes; and it comes back. */
	unlink(path);
	ck_assert_int_eq(indicators_look(i, hear, NULL), INDICATORS_SAME);
	ck_assert_int_eq(indicators_look(i, hear, NULL), INDICATORS_BAD);
	ck_assert_int_eq(indicators_look(i, hear, NULL), INDICATORS_SAME);
	ck_assert(has_text(i, "three.example"));
	write_file("four.example");
	ck_assert_int_eq(indicators_look(i, hear, NULL), INDICATORS_SAME);
	ck_assert_int_eq(indicators_look(i, hear, NULL), INDICATORS_NEW);
	ck_assert(!has_text(i, "three.example") && has_text(i, "four.example"));
	indicators_free(i);
}
END_TEST

START_TEST(while_it_is_written)
{
	struct indicators *i = made_of("one.example\n");

	for (int n = 0; n < 5; n++) {
		FILE *f = fopen(path, "ae");

		fputs("more.example\n", f);
		fclose(f);
		ck_assert_int_eq(indicators_look(i, hear, NULL), INDICATORS_SAME);
	}
	ck_assert_int_eq(indicators_look(i, hear, NULL), INDICATORS_NEW);
	ck_assert_uint_eq(indicators_len(i), 6);
	indicators_free(i);
}
END_TEST

START_TEST(a_ceiling)
{
	FILE *f = fopen(path, "we");

	for (unsigned n = 0; n < INDICATORS_MAX; n++)
		fprintf(f, "d%x.e\n", n);
	fputs("one.more\n", f);
	fclose(f);
	ck_assert_ptr_null(indicators_new(path, hear, NULL));
	ck_assert_str_eq(heard, "1000001: more than 1000000 indicators: split the file\n");
	heard[0] = '\0';
	ck_assert_int_eq(truncate(path, (off_t)INDICATORS_FILE_MAX + 1), 0);
	ck_assert_ptr_null(indicators_new(path, hear, NULL));
	ck_assert_str_eq(heard, "0: is larger than 64 MiB: split it\n");
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, each_kind);
	tcase_add_test(tests, all_and_nothing);
	tcase_add_test(tests, what_is_wrong);
	tcase_add_test(tests, read_again_when_changed);
	tcase_add_test(tests, while_it_is_written);
	tcase_add_test(tests, a_ceiling);
}

CHECK_MAIN("detect/indicators", add_tests)
