/* SPDX-License-Identifier: Apache-2.0 */
#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "publish/file.h"
#include "support/check_main.h"

static char directory[64], path[96], moved[104];
static struct publish_settings settings;
static struct sink_context context;

static void *
open_sink(unsigned what)
{
	char error[256];
	void *sink;

	snprintf(directory, sizeof(directory), "/tmp/mailtap-file-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/alerts.json", directory);
	snprintf(moved, sizeof(moved), "%s.1", path);
	settings.file = (struct file_settings){ .path = path, .what = what };
	context = (struct sink_context){ .settings = &settings, .base = event_base_new(), .sensor_name = "s",
		.version = "1" };
	ck_assert(sink_file.enabled(&context));
	sink = sink_file.open(&context, error, sizeof(error));
	ck_assert_msg(sink != NULL, "%s", error);
	return sink;
}

static void
close_sink(void *sink)
{
	sink_file.close(sink);
	event_base_free(context.base);
	(void)unlink(path);
	(void)unlink(moved);
	(void)rmdir(directory);
}

static void
assert_content(const char *name, const char *expected)
{
	char text[256] = "";
	FILE *f = fopen(name, "r");

	ck_assert_ptr_nonnull(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	ck_assert_str_eq(text, expected);
}

static void
put(void *sink, bool alert, const char *json)
{
	struct document d = { .is_alert = alert, .dataset = "x", .json = bytes_str(json) };

	ck_assert_int_eq(sink_file.take(sink, &d), SINK_TAKEN);
}

static void
settle(const void *sink)
{
	for (int i = 0; i < 200 && !sink_file.drained(sink); i++) {
		struct timeval nap = { .tv_usec = 10000 };

		(void)event_base_loopexit(context.base, &nap);
		(void)event_base_loop(context.base, 0);
	}
	ck_assert(sink_file.drained(sink));
}

START_TEST(alerts_only)
{
	void *sink = open_sink(PUBLISH_ALERTS);
	struct stat st;

	put(sink, true, "{\"a\":1}");
	put(sink, false, "{\"e\":1}");
	settle(sink);
	assert_content(path, "{\"a\":1}\n");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0007, 0);
	close_sink(sink);
}
END_TEST

START_TEST(rotation)
{
	void *sink = open_sink(PUBLISH_ALL);

	put(sink, true, "1");
	settle(sink);
	ck_assert_int_eq(rename(path, moved), 0);
	put(sink, false, "2");
	settle(sink);
	sink_file.reopen(sink, &context);
	put(sink, true, "3");
	settle(sink);
	assert_content(moved, "1\n2\n");
	assert_content(path, "3\n");
	close_sink(sink);
}
END_TEST

START_TEST(reopen_that_fails_keeps_the_old_file)
{
	void *sink = open_sink(PUBLISH_ALL);
	char nowhere[] = "/nonexistent/alerts.json";

	settings.file.path = nowhere;
	sink_file.reopen(sink, &context);
	put(sink, true, "1");
	settle(sink);
	assert_content(path, "1\n");
	close_sink(sink);
}
END_TEST

START_TEST(cannot_be_opened)
{
	char error[256], nowhere[] = "/nonexistent/alerts.json";

	settings.file = (struct file_settings){ .path = nowhere, .what = PUBLISH_ALL };
	context = (struct sink_context){ .settings = &settings };
	ck_assert_ptr_null(sink_file.open(&context, error, sizeof(error)));
	ck_assert_ptr_nonnull(strstr(error, "/nonexistent/alerts.json"));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, alerts_only);
	tcase_add_test(tests, rotation);
	tcase_add_test(tests, reopen_that_fails_keeps_the_old_file);
	tcase_add_test(tests, cannot_be_opened);
}

CHECK_MAIN("publish/file", add_tests)
