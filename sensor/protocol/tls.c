/* SPDX-License-Identifier: Apache-2.0
 *
 * tls: recognised by its first bytes (RFC 8446 section 5.1, RFC 5246 appendix E.2), and left alone: what is encrypted is
 * counted.
 */
#include "protocol/tls.h"

static enum recognition
tls_recognises(enum direction from, struct bytes b)
{
	enum { HANDSHAKE = 22, ALERT = 21, CLIENT_HELLO = 1, SERVER_HELLO = 2 };
	uint8_t hello = from == FROM_CLIENT ? CLIENT_HELLO : SERVER_HELLO;

	if (b.len == 0)
		return RECOGNISED_MAYBE;
	/* SSLv2's hello: a length with its first bit set, the kind, the version it would rather speak */
	if (from == FROM_CLIENT && (b.at[0] & 0x80) != 0) {
		if (b.len < 5)
			return b.len < 3 || b.at[2] == CLIENT_HELLO ? RECOGNISED_MAYBE : RECOGNISED_NOT;
		return b.at[2] == CLIENT_HELLO && (b.at[3] == 3 || (b.at[3] == 0 && b.at[4] == 2)) ? RECOGNISED_LIKELY
												  : RECOGNISED_NOT;
	}
	if (b.at[0] != HANDSHAKE && !(from == FROM_SERVER && b.at[0] == ALERT))
		return RECOGNISED_NOT;
	if ((b.len > 1 && b.at[1] != 3) || (b.len > 2 && b.at[2] > 4))
		return RECOGNISED_NOT;
	if (b.len < 6)
		return RECOGNISED_MAYBE;
	if (b.at[0] == ALERT)
		return RECOGNISED_LIKELY;
	return b.at[5] == hello ? RECOGNISED_SURE : RECOGNISED_NOT;
}

/* Nothing is remembered of it: any address serves as its state. */
static char nothing;

static void *
tls_open(const struct protocol_context *context)
{
	(void)context;
	return &nothing;
}

static enum parser_verdict
tls_data(void *self, enum direction from, struct bytes in, usec_t time, size_t *used)
{
	(void)self;
	(void)from;
	(void)time;
	*used = in.len;
	return PARSER_IS_DONE;
}

static enum parser_verdict
tls_gap(void *self, enum direction from, uint64_t missing, usec_t time)
{
	(void)self;
	(void)from;
	(void)missing;
	(void)time;
	return PARSER_IS_DONE;
}

static void
tls_finish(void *self, usec_t time)
{
	(void)self;
	(void)time;
}

static void
tls_report(const void *self, struct session_report *r, struct arena *arena)
{
	(void)self;
	(void)r;
	(void)arena;
}

static void
tls_close(void *self)
{
	(void)self;
}

static const uint16_t ports[] = { 465, 993, 995, 0 };

const struct protocol protocol_tls = {
	.id = MAIL_TLS,
	.name = "tls",
	.help = "TLS from the first byte: counted",
	.ports = ports,
	.recognises = tls_recognises,
	.open = tls_open,
	.data = tls_data,
	.gap = tls_gap,
	.finish = tls_finish,
	.report = tls_report,
	.close = tls_close,
};
