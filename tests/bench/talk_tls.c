/* SPDX-License-Identifier: Apache-2.0
 *
 * talk_tls: a TLS 1.3 handshake as on the wire (RFC 8446), then records that nobody but the two can read. Mail over
 * TLS, and the web.
 */
#include <string.h>

#include "bench/talk.h"

#define RECORD_MOST 16384u
#define RECORDS_A_TURN 4

enum content { CHANGE_CIPHER_SPEC = 20, HANDSHAKE = 22, APPLICATION_DATA = 23 };
enum step { CLIENT_HELLO, SERVER_HELLO, FINISHED, REQUEST, BULK, OVER };

static uint64_t
tls_open(struct talk *t)
{
	t->octets = random_size(&t->random, 20u << 10, 8u << 20);
	t->way = random_percent(&t->random, 20);
	return t->octets + 6000;
}

static void
say_record(struct talk *t, struct text *out, uint32_t len)
{
	text_number(out, APPLICATION_DATA, 1);
	text_number(out, 0x0303, 2);
	text_number(out, len, 2);
	text_random(out, &t->random, len);
}

/* Puts the length of what was written since `from` into the `octets` before it. */
static void
close_length(struct text *out, size_t from, unsigned octets)
{
	size_t len = out->len - from;

	for (uint8_t *at = out->at + from; octets > 0; octets--, len >>= 8)
		*--at = (uint8_t)len;
}

static void
say_hello_extensions(struct talk *t, struct text *out)
{
	static const uint8_t fixed[] = { 0, 23, 0, 0, 0xff, 1, 0, 1, 0, 0, 10, 0, 8, 0, 6, 0, 29, 0, 23, 0, 24, 0, 11,
		0, 2, 1, 0, 0, 35, 0, 0, 0, 13, 0, 18, 0, 16, 4, 3, 8, 4, 4, 1, 5, 3, 8, 5, 5, 1, 8, 6, 6, 1, 0, 43, 0,
		5, 4, 3, 4, 3, 3, 0, 45, 0, 2, 1, 1, 0, 51, 0, 38, 0, 36, 0, 29, 0, 32 };
	const char *host = talk_host(t->number);
	size_t len = strlen(host);

	text_number(out, 0, 2); /* server_name */
	text_number(out, len + 5, 2);
	text_number(out, len + 3, 2);
	text_number(out, 0, 1);
	text_number(out, len, 2);
	text_add(out, host, len);
	text_add(out, fixed, sizeof(fixed));
	text_random(out, &t->random, 32); /* the key of the last of them */
}

static void
say_client_hello(struct talk *t, struct text *out)
{
	static const uint8_t suites[] = { 0, 20, 0x13, 1, 0x13, 2, 0x13, 3, 0xc0, 0x2b, 0xc0, 0x2f, 0xc0, 0x2c, 0xc0,
		0x30, 0xcc, 0xa9, 0xcc, 0xa8, 0, 0x9c, 1, 0 };
	size_t record = out->len + 5, message = record + 4, extensions;

	text_number(out, (uint64_t)HANDSHAKE << 32 | UINT64_C(0x0301) << 16, 5);
	text_number(out, UINT64_C(1) << 24, 4);
	text_number(out, 0x0303, 2);
	text_random(out, &t->random, 32);
	text_number(out, 32, 1);
	text_random(out, &t->random, 32);
	text_add(out, suites, sizeof(suites));
	text_number(out, 0, 2);
	extensions = out->len;
	say_hello_extensions(t, out);
	close_length(out, extensions, 2);
	close_length(out, message, 3);
	close_length(out, record, 2);
}

static void
say_server_hello(struct talk *t, struct text *out)
{
	static const uint8_t rest[] = { 0x13, 1, 0, 0, 46, 0, 43, 0, 2, 3, 4, 0, 51, 0, 36, 0, 29, 0, 32 };
	size_t record = out->len + 5, message = record + 4;

	text_number(out, (uint64_t)HANDSHAKE << 32 | UINT64_C(0x0303) << 16, 5);
	text_number(out, UINT64_C(2) << 24, 4);
	text_number(out, 0x0303, 2);
	text_random(out, &t->random, 32);
	text_number(out, 32, 1);
	text_random(out, &t->random, 32);
	text_add(out, rest, sizeof(rest));
	text_random(out, &t->random, 32);
	close_length(out, message, 3);
	close_length(out, record, 2);
	text_number(out, UINT64_C(0x140303000101), 6);
	say_record(t, out, 3100); /* the certificates */
}

static void
say_bulk(struct talk *t, struct text *out)
{
	for (unsigned i = 0; i < RECORDS_A_TURN && t->octets > 0; i++) {
		uint32_t len = t->octets < RECORD_MOST ? (uint32_t)t->octets : RECORD_MOST;

		say_record(t, out, len + 17);
		t->octets -= len;
	}
}

static bool
tls_next(struct talk *t, struct turn *turn)
{
	turn->from = t->step == SERVER_HELLO || (t->step == BULK && !t->way) ? SERVER : CLIENT;
	turn->think = 300;
	switch (t->step) {
	case CLIENT_HELLO:
		say_client_hello(t, &turn->text);
		break;
	case SERVER_HELLO:
		say_server_hello(t, &turn->text);
		break;
	case FINISHED:
		text_number(&turn->text, UINT64_C(0x140303000101), 6);
		say_record(t, &turn->text, 53);
		break;
	case REQUEST:
		say_record(t, &turn->text, random_between(&t->random, 40, 400));
		break;
	case BULK:
		turn->think = 0;
		say_bulk(t, &turn->text);
		break;
	default:
		return false;
	}
	if (t->step != BULK)
		t->step++;
	else if (t->octets == 0)
		t->step = OVER;
	/* A client asks for one mail after the other. */
	else if (random_percent(&t->random, 15))
		t->step = REQUEST;
	return true;
}

const struct talk_kind talk_tls = {
	.name = "tls", .ports = { 993, 465, 993, 995 }, .open = tls_open, .next = tls_next
};
const struct talk_kind talk_https = { .name = "https", .ports = { 443 }, .open = tls_open, .next = tls_next };
