/* SPDX-License-Identifier: Apache-2.0
 *
 * The Redis sink against a real server: what is taken stands in the stream once and in order, whatever the server does
 * in between; what cannot be kept is counted.
 */
#include <event2/event.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "publish/redis.h"
#include "support/check_main.h"
#include "support/redis_server.h"

struct bench {
	struct redis_server server;
	struct event_base *base;
	struct publish_settings settings;
	struct sink_context context;
	void *sink;
	unsigned made;
};

static char empty[] = "", prefix[] = "mailtap", message_dataset[] = "mailtap.message";
static char *datasets[] = { message_dataset };

static void
bench_settings(struct bench *b)
{
	b->settings.redis = (struct redis_settings){ .enabled = true, .address = b->server.address, .username = empty,
		.password_file = empty, .prefix = prefix, .maxlen = 100000, .connect_timeout = 2 * USEC_PER_SEC,
		.reply_timeout = 2 * USEC_PER_SEC, .batch_count = 16, .batch_time = 5000, .in_flight = 64,
		.queue_bytes = 1 << 20, .retry_min = 20000, .retry_max = 100000, .event_datasets = datasets,
		.event_dataset_count = 1 };
	b->context = (struct sink_context){ .settings = &b->settings, .base = b->base, .sensor_name = "here",
		.version = "1.2.3" };
}

static void
bench_open(struct bench *b)
{
	char error[256];

	b->sink = sink_redis.open(&b->context, error, sizeof(error));
	ck_assert_msg(b->sink != NULL, "%s", error);
}

static void
bench_new(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	redis_server_open(&b->server, NULL);
	b->base = event_base_new();
	ck_assert_ptr_nonnull(b->base);
	bench_settings(b);
}

static void
bench_free(struct bench *b)
{
	if (b->sink != NULL)
		sink_redis.close(b->sink);
	event_base_free(b->base);
	redis_server_close(&b->server);
}

static enum sink_result
put(struct bench *b, bool alert, const char *json)
{
	struct document d = { .is_alert = alert, .dataset = alert ? "mailtap.alert" : "mailtap.message",
		.rule = alert ? "auto_forward" : NULL, .severity = alert ? "high" : NULL, .time = 1700000000000000,
		.json = bytes_str(json) };

	snprintf(d.id, sizeof(d.id), "%032u", b->made++);
	return sink_redis.take(b->sink, &d);
}

/* Turns the loop until `until` holds or so many rounds of 10 ms have passed. */
static bool
turn(struct bench *b, bool (*until)(struct bench *), int rounds)
{
	for (int i = 0; i < rounds; i++) {
		struct timeval nap = { .tv_usec = 10000 };

		if (until != NULL && until(b))
			return true;
		(void)event_base_loopexit(b->base, &nap);
		(void)event_base_loop(b->base, 0);
	}
	return until != NULL && until(b);
}

static bool
is_drained(struct bench *b)
{
	return sink_redis.drained(b->sink);
}

static bool
is_connected(struct bench *b)
{
	return sink_redis.counters(b->sink).connected;
}

static bool
has_errors(struct bench *b)
{
	return sink_redis.counters(b->sink).errors > 0;
}

static redisReply *
ask(struct bench *b, const char *command)
{
	redisContext *r = redisConnectUnix(b->server.socket);
	redisReply *reply;

	ck_assert_int_eq(r->err, 0);
	reply = redisCommand(r, command);
	ck_assert_ptr_nonnull(reply);
	redisFree(r);
	return reply;
}

static void
order(struct bench *b, const char *command)
{
	redisReply *reply = ask(b, command);

	ck_assert_msg(reply->type != REDIS_REPLY_ERROR, "%s: %s", command, reply->str);
	freeReplyObject(reply);
}

/* The stream holds the documents made, from 0 on, each once and in order. */
static void
assert_stream(struct bench *b, const char *command, unsigned count)
{
	redisReply *reply = ask(b, command);

	ck_assert_uint_eq(reply->elements, count);
	for (size_t i = 0; i < reply->elements; i++) {
		redisReply *fields = reply->element[i]->element[1];
		char id[IDENTITY_TEXT_MAX];

		snprintf(id, sizeof(id), "%032u", (unsigned)i);
		ck_assert_str_eq(fields->element[0]->str, "id");
		ck_assert_str_eq(fields->element[1]->str, id);
	}
	freeReplyObject(reply);
}

START_TEST(fields_of_the_contract)
{
	static const char *const expected[] = { "id", "00000000000000000000000000000000", "rule", "auto_forward",
		"severity", "high", "ts", "2023-11-14T22:13:20.000000Z", "sensor", "here", "v", "1", "dataset",
		"mailtap.alert", "event", "{\"a\":\"b c\"}" };
	struct bench b;
	redisReply *reply;

	bench_new(&b);
	bench_open(&b);
	ck_assert_int_ne(put(&b, true, "{\"a\":\"b c\"}"), SINK_REFUSED);
	ck_assert(turn(&b, is_drained, 300));
	reply = ask(&b, "XRANGE mailtap:alerts - +");
	ck_assert_uint_eq(reply->elements, 1);
	ck_assert_uint_eq(reply->element[0]->element[1]->elements, sizeof(expected) / sizeof(expected[0]));
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		ck_assert_str_eq(reply->element[0]->element[1]->element[i]->str, expected[i]);
	freeReplyObject(reply);
	reply = ask(&b, "HMGET mailtap:sensor:here version sequence started heartbeat");
	ck_assert_str_eq(reply->element[0]->str, "1.2.3");
	for (size_t i = 1; i < 4; i++)
		ck_assert_int_eq(reply->element[i]->type, REDIS_REPLY_STRING);
	freeReplyObject(reply);
	bench_free(&b);
}
END_TEST

START_TEST(events_where_asked_for)
{
	struct bench b;
	struct document other = { .dataset = "mailtap.login", .json = BYTES("{}") };

	bench_new(&b);
	bench_open(&b);
	ck_assert_int_ne(put(&b, false, "{}"), SINK_REFUSED);
	ck_assert_int_eq(sink_redis.take(b.sink, &other), SINK_TAKEN);
	ck_assert(turn(&b, is_drained, 300));
	assert_stream(&b, "XRANGE mailtap:events - +", 1);
	assert_stream(&b, "XRANGE mailtap:alerts - +", 0);
	ck_assert_uint_eq(sink_redis.counters(b.sink).taken, 1);
	bench_free(&b);
}
END_TEST

START_TEST(many_in_order)
{
	struct bench b;

	bench_new(&b);
	bench_open(&b);
	for (int i = 0; i < 1000; i++)
		ck_assert_int_ne(put(&b, true, "{}"), SINK_REFUSED);
	ck_assert(turn(&b, is_drained, 500));
	assert_stream(&b, "XRANGE mailtap:alerts - +", 1000);
	ck_assert_uint_eq(sink_redis.counters(b.sink).published, 1000);
	bench_free(&b);
}
END_TEST

START_TEST(stream_is_trimmed)
{
	struct bench b;
	redisReply *reply;

	bench_new(&b);
	b.settings.redis.maxlen = 100;
	bench_open(&b);
	for (int i = 0; i < 1000; i++)
		(void)put(&b, true, "{}");
	ck_assert(turn(&b, is_drained, 500));
	reply = ask(&b, "XLEN mailtap:alerts");
	ck_assert_int_ge(reply->integer, 100);
	ck_assert_int_lt(reply->integer, 400); /* "~": whole nodes of the stream stay */
	freeReplyObject(reply);
	bench_free(&b);
}
END_TEST

START_TEST(server_away_and_back)
{
	struct bench b;

	bench_new(&b);
	bench_open(&b);
	for (int i = 0; i < 10; i++)
		(void)put(&b, true, "{}");
	ck_assert(turn(&b, is_drained, 300));
	redis_server_stop(&b.server, 1);
	(void)turn(&b, NULL, 5);
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(put(&b, true, "{}"), SINK_WAITING);
	(void)turn(&b, NULL, 20);
	ck_assert(!sink_redis.counters(b.sink).connected);
	ck_assert_uint_eq(sink_redis.counters(b.sink).waiting, 10);
	redis_server_start(&b.server, NULL);
	ck_assert(turn(&b, is_drained, 300));
	assert_stream(&b, "XRANGE mailtap:alerts - +", 20);
	ck_assert_uint_gt(sink_redis.counters(b.sink).reconnects, 1);
	bench_free(&b);
}
END_TEST

START_TEST(server_not_there_at_start)
{
	struct bench b;

	bench_new(&b);
	redis_server_stop(&b.server, 0);
	bench_open(&b);
	ck_assert_int_eq(put(&b, true, "{}"), SINK_WAITING);
	(void)turn(&b, NULL, 20);
	redis_server_start(&b.server, NULL);
	ck_assert(turn(&b, is_drained, 300));
	assert_stream(&b, "XRANGE mailtap:alerts - +", 1);
	bench_free(&b);
}
END_TEST

START_TEST(out_of_memory_is_no_loss)
{
	struct bench b;

	bench_new(&b);
	bench_open(&b);
	(void)put(&b, true, "{}");
	ck_assert(turn(&b, is_drained, 300));
	order(&b, "CONFIG SET maxmemory 1");
	for (int i = 0; i < 50; i++)
		(void)put(&b, true, "{}");
	ck_assert(turn(&b, has_errors, 300));
	ck_assert_uint_eq(sink_redis.counters(b.sink).reconnects, 1); /* the connection is kept */
	order(&b, "CONFIG SET maxmemory 0");
	ck_assert(turn(&b, is_drained, 300));
	assert_stream(&b, "XRANGE mailtap:alerts - +", 51);
	bench_free(&b);
}
END_TEST

START_TEST(silence_is_noticed)
{
	struct bench b;

	bench_new(&b);
	b.settings.redis.reply_timeout = 200000;
	bench_open(&b);
	(void)put(&b, true, "{}");
	ck_assert(turn(&b, is_drained, 300));
	(void)kill(b.server.pid, SIGSTOP);
	(void)put(&b, true, "{}");
	(void)turn(&b, NULL, 50);
	ck_assert(!sink_redis.counters(b.sink).connected);
	ck_assert_uint_eq(sink_redis.counters(b.sink).waiting, 1);
	(void)kill(b.server.pid, SIGCONT);
	ck_assert(turn(&b, is_drained, 500));
	ck_assert_uint_ge(sink_redis.counters(b.sink).retried, 1);
	bench_free(&b);
}
END_TEST

START_TEST(ceiling_is_counted)
{
	struct bench b;
	unsigned refused = 0;
	enum { DOCUMENTS = 200 };

	bench_new(&b);
	redis_server_stop(&b.server, 0);
	b.settings.redis.queue_bytes = 20000;
	bench_open(&b);
	for (int i = 0; i < DOCUMENTS; i++)
		refused += put(&b, false, "{}") == SINK_REFUSED;
	ck_assert_uint_gt(refused, 0);
	/* Events leave a quarter of the room to alerts. */
	ck_assert_int_eq(put(&b, true, "{}"), SINK_WAITING);
	ck_assert_uint_eq(sink_redis.counters(b.sink).refused, refused);
	ck_assert_uint_le(sink_redis.counters(b.sink).waiting_bytes, 20000);
	ck_assert_uint_eq(sink_redis.counters(b.sink).waiting, DOCUMENTS - refused + 1);
	redis_server_start(&b.server, NULL);
	ck_assert(turn(&b, is_drained, 300));
	assert_stream(&b, "XRANGE mailtap:events - +", DOCUMENTS - refused);
	ck_assert_uint_eq(sink_redis.counters(b.sink).waiting_bytes, 0);
	bench_free(&b);
}
END_TEST

static void
write_password(struct bench *b, char path[128], const char *password)
{
	FILE *f;

	snprintf(path, 128, "%s/password", b->server.directory);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "%s\n", password);
	fclose(f);
}

START_TEST(acl_user_with_least_rights)
{
	struct bench b;
	char path[128], user[] = "sensor";

	bench_new(&b);
	order(&b, "ACL SETUSER sensor on >s3cret ~mailtap:* +xadd +hset +select");
	write_password(&b, path, "s3cret");
	b.settings.redis.username = user;
	b.settings.redis.password_file = path;
	b.settings.redis.database = 3;
	bench_open(&b);
	(void)put(&b, true, "{}");
	ck_assert(turn(&b, is_drained, 300));
	assert_stream(&b, "XRANGE mailtap:alerts - +", 0); /* not in database 0 */
	bench_free(&b);
}
END_TEST

START_TEST(wrong_password_keeps_what_waits)
{
	struct bench b;
	char path[128], user[] = "sensor";

	bench_new(&b);
	order(&b, "ACL SETUSER sensor on >other ~mailtap:* +xadd +hset");
	write_password(&b, path, "s3cret");
	b.settings.redis.username = user;
	b.settings.redis.password_file = path;
	bench_open(&b);
	(void)put(&b, true, "{}");
	ck_assert(turn(&b, has_errors, 300));
	ck_assert(!is_connected(&b));
	ck_assert_uint_eq(sink_redis.counters(b.sink).waiting, 1);
	order(&b, "ACL SETUSER sensor >s3cret");
	ck_assert(turn(&b, is_drained, 300));
	assert_stream(&b, "XRANGE mailtap:alerts - +", 1);
	bench_free(&b);
}
END_TEST

START_TEST(wrong_key_type_is_waited_for)
{
	struct bench b;

	bench_new(&b);
	order(&b, "SET mailtap:alerts something");
	bench_open(&b);
	for (int i = 0; i < 40; i++)
		(void)put(&b, true, "{}");
	ck_assert(turn(&b, has_errors, 300));
	(void)turn(&b, NULL, 30);
	ck_assert_uint_eq(sink_redis.counters(b.sink).waiting, 40);
	order(&b, "DEL mailtap:alerts");
	ck_assert(turn(&b, is_drained, 300));
	assert_stream(&b, "XRANGE mailtap:alerts - +", 40);
	bench_free(&b);
}
END_TEST

START_TEST(troubles)
{
	ck_assert_int_eq(redis_trouble_of(BYTES("OOM command not allowed")), REDIS_TROUBLE_PASSES);
	ck_assert_int_eq(redis_trouble_of(BYTES("LOADING Redis is loading")), REDIS_TROUBLE_PASSES);
	ck_assert_int_eq(redis_trouble_of(BYTES("READONLY You can't write")), REDIS_TROUBLE_MOVES);
	ck_assert_int_eq(redis_trouble_of(BYTES("NOPERM this user")), REDIS_TROUBLE_SETTINGS);
	ck_assert_int_eq(redis_trouble_of(BYTES("WRONGTYPE Operation")), REDIS_TROUBLE_SETTINGS);
	ck_assert_int_eq(redis_trouble_of(BYTES("ERR something")), REDIS_TROUBLE_LASTS);
	ck_assert_int_eq(redis_trouble_of(BYTES("OOMPH")), REDIS_TROUBLE_LASTS);
	ck_assert_int_eq(redis_trouble_of(BYTES("")), REDIS_TROUBLE_LASTS);
}
END_TEST

START_TEST(bad_addresses)
{
	static const char *const bad[] = { "", "localhost", "localhost:", "localhost:0", "localhost:70000", "::1:6379",
		":6379", "unix:", "unix:relative" };
	struct bench b;

	bench_new(&b);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char error[256] = "", address[64];

		snprintf(address, sizeof(address), "%s", bad[i]);
		b.settings.redis.address = address;
		ck_assert_msg(sink_redis.open(&b.context, error, sizeof(error)) == NULL, "%s was taken", bad[i]);
		ck_assert_msg(strstr(error, "host:port") != NULL, "%s", error);
	}
	bench_free(&b);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, fields_of_the_contract);
	tcase_add_test(tests, events_where_asked_for);
	tcase_add_test(tests, many_in_order);
	tcase_add_test(tests, stream_is_trimmed);
	tcase_add_test(tests, server_away_and_back);
	tcase_add_test(tests, server_not_there_at_start);
	tcase_add_test(tests, out_of_memory_is_no_loss);
	tcase_add_test(tests, silence_is_noticed);
	tcase_add_test(tests, ceiling_is_counted);
	tcase_add_test(tests, acl_user_with_least_rights);
	tcase_add_test(tests, wrong_password_keeps_what_waits);
	tcase_add_test(tests, wrong_key_type_is_waited_for);
	tcase_add_test(tests, troubles);
	tcase_add_test(tests, bad_addresses);
}

CHECK_MAIN("publish/redis", add_tests)
