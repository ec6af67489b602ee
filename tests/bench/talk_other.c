/* SPDX-License-Identifier: Apache-2.0
 *
 * talk_other: what shares the wire with mail: the web without TLS, protocols nobody knows, datagrams.
 */
#include "bench/talk.h"

#define CHUNK 65536u

enum step { ASK, ANSWER, BULK, OVER };

static uint64_t
other_open(struct talk *t)
{
	t->octets = random_size(&t->random, 2u << 10, 8u << 20);
	t->messages = random_between(&t->random, 1, 6);
	return t->octets + 2000;
}

static void
say_bulk(struct talk *t, struct text *out)
{
	uint32_t len = t->octets < CHUNK ? (uint32_t)t->octets : CHUNK;

	text_random(out, &t->random, len);
	t->octets -= len;
}

static void
say_answer(struct talk *t, struct text *out)
{
	uint64_t len = t->messages == 1 ? t->octets : t->octets / t->messages;

	t->at = (uint32_t)len;
	t->octets -= len;
	text_print(out, "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: application/octet-stream\r\n");
	text_print(out, "Content-Length: %llu\r\nConnection: keep-alive\r\n\r\n", (unsigned long long)len);
}

/* Requests and answers one after the other; `at` is what is left of an answer. */
static bool
http_next(struct talk *t, struct turn *turn)
{
	uint32_t len;

	if (t->step == OVER)
		return false;
	turn->from = t->step == ASK ? CLIENT : SERVER;
	turn->think = t->step == BULK ? 0 : 400;
	switch (t->step) {
	case ASK:
		text_print(&turn->text, "GET /files/%u HTTP/1.1\r\nHost: %s\r\nUser-Agent: curl/7.88.1\r\n",
		    random_below(&t->random, 100000), talk_host(t->number));
		text_print(&turn->text, "Accept: */*\r\n\r\n");
		t->step = ANSWER;
		return true;
	case ANSWER:
		say_answer(t, &turn->text);
		t->step = BULK;
		break;
	default:
		break;
	}
	len = t->at < CHUNK ? t->at : CHUNK;
	text_random(&turn->text, &t->random, len);
	t->at -= len;
	if (t->at == 0)
		t->step = --t->messages > 0 ? ASK : OVER;
	return true;
}

static bool
raw_next(struct talk *t, struct turn *turn)
{
	if (t->octets == 0)
		return false;
	if (t->step == ASK) {
		turn->from = CLIENT;
		text_random(&turn->text, &t->random, random_between(&t->random, 20, 900));
		t->step = BULK;
		return true;
	}
	turn->from = SERVER;
	say_bulk(t, &turn->text);
	return true;
}

const struct talk_kind talk_http = { .name = "http", .ports = { 80 }, .open = other_open, .next = http_next };
const struct talk_kind talk_raw = {
	.name = "raw", .ports = { 3260, 9418, 5001, 6000 }, .open = other_open, .next = raw_next
};
const struct talk_kind talk_udp = {
	.name = "udp", .ports = { 443 }, .udp = true, .open = other_open, .next = raw_next
};
