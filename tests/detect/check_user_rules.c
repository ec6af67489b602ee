/* SPDX-License-Identifier: Apache-2.0
 *
 * What a rule says, of whom, how often, and what stays over a reload.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "detect/detectors.h"
#include "detect/event_cases.h"
#include "detect/shipped_rules.h"
#include "detect/user_rules_of.h"
#include "support/check_main.h"

static struct event_case x;
static struct forward_rules forward;
static struct detect_settings settings;
static struct user_rules rules;
static struct network home[1];
static struct site site = { .home = { home, 1 } };
static struct detector_context context;
static struct alert_book *book;
static struct bell bell;
static void *detector;
static usec_t now;

static void
setup(void)
{
	event_case_init(&x);
	forward = shipped_rules();
	home[0] = network_of("10.0.0.0/8");
	settings = plain_settings();
	settings.user_rules.keys = 100;
	settings.user_rules.rules = &rules;
	bell.len = 0;
	book = alert_book_new(&settings.alerts, bell_note, &bell);
	context = (struct detector_context){
		.settings = &settings, .site = &site, .forward_rules = &forward, .alerts = book
	};
	now = SCENE_NOON;
}

static void
open_with(const char *text)
{
	rules = user_rules_of(text);
	ck_assert(detector_user_rules.enabled(&settings));
	detector = detector_user_rules.open(&context);
	ck_assert_ptr_nonnull(detector);
}

static void
teardown(void)
{
	if (detector != NULL)
		detector_user_rules.close(detector);
	detector = NULL;
	user_rules_clear(&rules);
	alert_book_free(book);
	forward_rules_clear(&forward);
}

static void
see(enum observation_kind kind, usec_t later)
{
	struct observation o = event_case_of(&x, kind);

	now += later;
	o.time = now;
	detector_user_rules.observe(detector, &o);
}

static void
client(const char *text)
{
	ck_assert(address_parse(bytes_str(text), &x.session.client.address));
}

/* The latest value told under this name, or UINT64_MAX. */
struct counted {
	const char *name;
	uint64_t value;
};

static void
hear(void *arg, const char *name, uint64_t value)
{
	struct counted *c = arg;

	if (strcmp(c->name, name) == 0)
		c->value = value;
}

static uint64_t
counter(const char *name)
{
	struct counted c = { name, UINT64_MAX };

	detector_user_rules.count(detector, hear, &c);
	return c.value;
}

START_TEST(what_an_alert_says)
{
	const struct bell_alert *a = &bell.at[0];

	open_with("rules:\n"
		  "- name: one\n"
		  "  id: site-7\n"
		  "  description: A login in the clear\n"
		  "  severity: critical\n"
		  "  technique: [T1040, T1114.002]\n"
		  "  on: login\n"
		  "  when: [{field: mailtap.cleartext, equals: true}, {field: source.port, equals: [1, 50000]}]\n"
		  "  message: '{user.name} at {source.ip}'\n"
		  "  by: [user.name, source.ip]\n");
	see(OBSERVED_SESSION, 0);
	see(OBSERVED_MESSAGE, 0);
	see(OBSERVED_VOLUME, 0);
	see(OBSERVED_LOSS, 0);
	ck_assert_uint_eq(bell.len, 0);
	see(OBSERVED_LOGIN, 0);
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_str_eq(a->rule, "one");
	ck_assert_str_eq(a->key, "carol / 10.0.0.5");
	ck_assert_str_eq(a->reason, "carol at 10.0.0.5");
	ck_assert(a->severity == SEVERITY_CRITICAL && a->risk == 99 && a->time == SCENE_NOON);
	ck_assert_str_eq(a->kind, "field");
	ck_assert_str_eq(a->seen, "true");
	ck_assert_str_eq(a->held_against, "mailtap.cleartext equals true");
	/* Two tests, and the name for what hides it. */
	ck_assert_uint_eq(a->evidence_count, 3);
	ck_assert_uint_eq(a->events, 1);
	ck_assert_uint_eq(a->users, 1);
	ck_assert_str_eq(rules.at[0].alert.id, "site-7");
	ck_assert_str_eq(rules.at[0].alert.techniques[1]->sub_name, "Remote Email Collection");
	ck_assert_ptr_null(rules.at[0].alert.techniques[2]);
	ck_assert_uint_eq(counter("one.matched"), 1);
	ck_assert_uint_eq(counter("raised"), 1);
}
END_TEST

START_TEST(what_is_not_written)
{
	open_with("rules:\n- {name: one, description: Something odd, on: [tls, message], when: {field: source.ip, "
		  "exists: true}}\n");
	see(OBSERVED_MESSAGE, 0);
	see(OBSERVED_TLS, 0);
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_uint_eq(alert_book_counters(book).raised, 2);
	ck_assert_str_eq(bell.at[0].reason, "Something odd: 10.0.0.5 to [2001:db8::25]:143");
	ck_assert_str_eq(bell.at[0].key, "10.0.0.5 / 2001:db8::25");
	ck_assert(bell.at[0].severity == SEVERITY_MEDIUM);
	ck_assert_str_eq(rules.at[0].id, "user-one");
	/* The envelope's sender and recipients. */
	ck_assert_uint_eq(bell.at[0].users, 3);
}
END_TEST

START_TEST(switched_off)
{
	rules = user_rules_of(
	    "rules:\n- {name: one, enabled: false, description: d, on: tls, when: {field: source.ip, exists: true}}\n");
	ck_assert(!detector_user_rules.enabled(&settings));
	settings.user_rules.rules = NULL;
	ck_assert(!detector_user_rules.enabled(&settings));
	settings.user_rules.rules = &rules;
	user_rules_clear(&rules);
	open_with("rules:\n"
		  "- {name: one, enabled: false, description: d, on: tls, when: {field: source.ip, exists: true}}\n"
		  "- {name: two, description: d, on: tls, when: {field: source.ip, exists: true}}\n");
	see(OBSERVED_TLS, 0);
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_str_eq(bell.at[0].rule, "two");
	ck_assert_uint_eq(counter("enabled"), 1);
}
END_TEST

#define COUNTING                                                                                                       \
	"rules:\n- {name: one, description: d, on: login, when: {field: event.outcome, equals: failure}, by: "         \
	"source.ip,\n"                                                                                                 \
	"   count: 3, window: 60s, cooldown: 10m, message: '{count} times within {window}'}\n"

START_TEST(counts_within_a_window)
{
	open_with(COUNTING);
	see(OBSERVED_LOGIN, 0);
	see(OBSERVED_LOGIN, 20 * USEC_PER_SEC);
	client("10.0.0.6");
	see(OBSERVED_LOGIN, 0);
	x.login.outcome = LOGIN_SUCCESS;
	client("10.0.0.5");
	see(OBSERVED_LOGIN, 0);
	ck_assert_uint_eq(bell.len, 0);
	x.login.outcome = LOGIN_FAILURE;
	see(OBSERVED_LOGIN, 20 * USEC_PER_SEC);
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_str_eq(bell.at[0].reason, "3 times within 1 min");
	ck_assert_str_eq(bell.at[0].kind, "count");
	ck_assert_str_eq(bell.at[0].seen, "3 times within 1 min");
	ck_assert_str_eq(bell.at[0].held_against, "3 within 1 min");
	/* Then it cools down. */
	for (int i = 0; i < 5; i++)
		see(OBSERVED_LOGIN, USEC_PER_SEC);
	ck_assert_uint_eq(alert_book_counters(book).raised, 1);
	ck_assert_uint_eq(counter("one.cooled_down"), 5);
	ck_assert_uint_eq(counter("cooled_down"), 5);
	for (int i = 0; i < 3; i++)
		see(OBSERVED_LOGIN, 10 * 60 * USEC_PER_SEC / (i == 0 ? 1 : 100));
	ck_assert_uint_eq(alert_book_counters(book).raised, 2);
	ck_assert_uint_eq(counter("one.matched"), 12);
	ck_assert_uint_eq(counter("keys"), 2);
}
END_TEST

START_TEST(reload_keeps_what_was_counted)
{
	static const char both[] =
	    "rules:\n"
	    "- {name: new, description: d, on: tls, when: {field: source.ip, exists: true}}\n"
	    "- {name: one, description: d, on: login, when: {field: source.ip, exists: true}, by: source.ip,\n"
	    "   count: 3, window: 60s}\n";
	struct user_rules old;
	struct detect_settings later = settings;
	struct detector_context fresh = context;

	open_with(COUNTING);
	see(OBSERVED_LOGIN, 0);
	see(OBSERVED_LOGIN, 0);
	old = rules;
	user_rules_clear(&old);
	rules = user_rules_of(both);
	fresh.settings = &later;
	detector_user_rules.reload(detector, &fresh);
	ck_assert_uint_eq(counter("one.matched"), 2);
	see(OBSERVED_LOGIN, 0);
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_str_eq(bell.at[0].rule, "one");
	ck_assert_uint_eq(counter("one.matched"), 3);
	/* Another ceiling on keys is another table. */
	see(OBSERVED_LOGIN, 0);
	see(OBSERVED_LOGIN, 0);
	later.user_rules.keys = 200;
	detector_user_rules.reload(detector, &fresh);
	see(OBSERVED_LOGIN, 0);
	ck_assert_uint_eq(alert_book_counters(book).raised, 1);
}
END_TEST

START_TEST(a_restart_keeps_what_was_counted)
{
	struct state_out out;

	open_with(COUNTING);
	see(OBSERVED_LOGIN, 0);
	see(OBSERVED_LOGIN, 0);
	state_out_init(&out, 1 << 20);
	detector_user_rules.save(detector, &out);
	ck_assert(state_finish(&out));
	detector_user_rules.close(detector);
	detector = detector_user_rules.open(&context);
	ck_assert_uint_eq(detector_user_rules.load(detector, buffer_bytes(&out.image)), 0);
	state_out_clear(&out);
	see(OBSERVED_LOGIN, USEC_PER_SEC);
	ck_assert_uint_eq(bell.len, 1);
}
END_TEST

START_TEST(keys_have_a_ceiling)
{
	open_with(COUNTING);
	for (int i = 0; i < 500; i++) {
		char text[32];

		snprintf(text, sizeof(text), "10.1.%d.%d", i / 250, i % 250);
		client(text);
		see(OBSERVED_LOGIN, 0);
	}
	ck_assert_uint_eq(detector_user_rules.forgotten(detector), 400);
	detector_user_rules.tick(detector, now + 3600 * USEC_PER_SEC);
	ck_assert_uint_eq(counter("keys"), 0);
}
END_TEST

/* What a sentence holds of subjects and names stands in the evidence as it stands in the sentence, cut like it. */
START_TEST(private_values_are_told)
{
	static char subject[400];

	memset(subject, 's', sizeof(subject));
	x.content.subject_text = bytes_of(subject, sizeof(subject));
	open_with("rules:\n"
		  "- name: one\n"
		  "  description: d\n"
		  "  on: message\n"
		  "  when: {field: email.subject, contains: sss}\n"
		  "  message: '{email.subject} in {email.attachments.file.name}'\n"
		  "  by: [mailtap.envelope.from]\n");
	see(OBSERVED_MESSAGE, 0);
	ck_assert_str_eq(bell.at[0].kind, "subject");
	/* The test's own, the cut subject, two file names, and the sender in the key. */
	ck_assert_uint_eq(bell.at[0].evidence_count, 5);
	ck_assert_ptr_nonnull(strstr(bell.at[0].reason, "sss\xe2\x80\xa6 in mail.Store.pst, noext"));
}
END_TEST

START_TEST(a_pattern_that_gives_up_is_counted)
{
	static char subject[PATTERN_TEXT_MAX];

	memset(subject, 'a', sizeof(subject));
	subject[sizeof(subject) - 1] = '!';
	x.content.subject_text = bytes_of(subject, sizeof(subject));
	open_with(
	    "rules:\n- {name: one, description: d, on: message, when: {field: email.subject, matches: '(a+)+$'}}\n");
	see(OBSERVED_MESSAGE, 0);
	see(OBSERVED_MESSAGE, 0);
	ck_assert_uint_eq(bell.len, 0);
	ck_assert_uint_eq(counter("patterns_gave_up"), 2);
}
END_TEST

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
}

START_TEST(indicators_follow_their_file)
{
	char path[] = "/tmp/check_user_rules.XXXXXX", text[512];
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	write_file(path, "192.0.2.1\n");
	snprintf(text, sizeof(text),
	    "rules:\n- {name: one, description: d, on: message, when: {any: [{field: source.ip, in: %s},\n"
	    "   {field: email.from.address, in: %s}]}}\n",
	    path, path);
	open_with(text);
	ck_assert_uint_eq(rules.indicators_len, 1);
	see(OBSERVED_MESSAGE, 0);
	ck_assert_uint_eq(bell.len, 0);
	write_file(path, "10.0.0.0/29\n");
	detector_user_rules.tick(detector, now);
	detector_user_rules.tick(detector, now);
	see(OBSERVED_MESSAGE, 0);
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_str_eq(bell.at[0].seen, "10.0.0.5");
	snprintf(text, sizeof(text), "source.ip in %s", path);
	ck_assert_str_eq(bell.at[0].held_against, text);
	client("10.0.0.99");
	write_file(path, "two.example\n");
	detector_user_rules.tick(detector, now);
	detector_user_rules.tick(detector, now);
	see(OBSERVED_MESSAGE, 0);
	ck_assert_uint_eq(bell.len, 2);
	ck_assert_str_eq(bell.at[1].seen, "b@two.example");
	unlink(path);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, what_an_alert_says);
	tcase_add_test(tests, what_is_not_written);
	tcase_add_test(tests, switched_off);
	tcase_add_test(tests, counts_within_a_window);
	tcase_add_test(tests, reload_keeps_what_was_counted);
	tcase_add_test(tests, a_restart_keeps_what_was_counted);
	tcase_add_test(tests, keys_have_a_ceiling);
	tcase_add_test(tests, private_values_are_told);
	tcase_add_test(tests, a_pattern_that_gives_up_is_counted);
	tcase_add_test(tests, indicators_follow_their_file);
}

CHECK_MAIN("detect/user_rules", add_tests)
