/* SPDX-License-Identifier: Apache-2.0
 *
 * tls: recognised by its first bytes (RFC 8446 section 5.1, RFC 5246 appendix E.2). The handshake is read as far as it is in
 * the clear; of what is encrypted only the headers of the records are heard.
 */
#include "protocol/tls.h"

#include "base/memory.h"
#include "protocol/anomaly.h"
#include "protocol/tls_handshake.h"
#include "protocol/tls_shape.h"

struct tls {
	const struct protocol_context *context;
	struct tls_handshake *handshake; /* NULL: over, or nothing could be made of it */
	struct tls_records records[2];   /* by enum direction */
	struct tls_shape shape;
	uint32_t handshakes;             /* told */
	struct anomalies anomalies;
	bool sends : 1, fetches : 1;     /* what the server is for */
	bool midstream : 1;              /* what was seen first may be the middle of a record */
	bool begun : 1;                  /* the client's first octet has come */
	bool ssl2 : 1;                   /* its hello in SSLv2's form is under way */
	bool done : 1;
};

static enum recognition
tls_recognises(enum direction from, struct bytes b)
{
	enum { CLIENT_HELLO = 1, SERVER_HELLO = 2 };
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
	/* A connection that was there before us: on its port, that is enough. */
	if (tls_record_is_data(b))
		return RECOGNISED_MAYBE;
	if (b.at[0] != TLS_HANDSHAKE && !(from == FROM_SERVER && b.at[0] == TLS_ALERT))
		return RECOGNISED_NOT;
	if ((b.len > 1 && b.at[1] != 3) || (b.len > 2 && b.at[2] > 4))
		return RECOGNISED_NOT;
	if (b.len < 6)
		return RECOGNISED_MAYBE;
	if (b.at[0] == TLS_ALERT)
		return RECOGNISED_LIKELY;
	return b.at[5] == hello ? RECOGNISED_SURE : RECOGNISED_NOT;
}

/* --- ports: what mail is for there --- */

static const struct {
	uint16_t port;
	bool sends, fetches;
} uses[] = {
	{ 25, true, false },
	{ 465, true, false },
	{ 587, true, false },
	{ 2525, true, false },
	{ 110, false, true },
	{ 143, false, true },
	{ 993, false, true },
	{ 995, false, true },
};

static void
note_use(struct tls *t, const struct session *s)
{
	t->sends = s->protocol == MAIL_SMTP;
	t->fetches = s->protocol == MAIL_IMAP || s->protocol == MAIL_POP3;
	for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]) && !t->sends && !t->fetches; i++) {
		if (uses[i].port == s->server.port) {
			t->sends = uses[i].sends;
			t->fetches = uses[i].fetches;
		}
	}
}

/* --- the parser's life --- */

static void *
tls_open(const struct protocol_context *context)
{
	struct tls *t = memory_take_zeroed(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->context = context;
	t->begun = t->midstream = context->session->midstream;
	note_use(t, context->session);
	t->handshake = tls_handshake_new(context->starttls);
	if (t->handshake == NULL) {
		memory_give_back(t);
		return NULL;
	}
	return t;
}

static void
end_handshake(struct tls *t, usec_t time)
{
	if (t->handshake == NULL)
		return;
	tls_handshake_tell(t->handshake, t->context, t->handshakes++, time);
	tls_handshake_free(t->handshake);
	t->handshake = NULL;
}

static enum parser_verdict
give_up(struct tls *t, usec_t time)
{
	end_handshake(t, time);
	tls_shape_lost(&t->shape);
	t->done = true;
	return PARSER_IS_DONE;
}

/* What came is no record. */
static enum parser_verdict
on_bad(struct tls *t, enum direction from, struct bytes in, usec_t time)
{
	enum { SERVER_HELLO = 4 };
	const struct tls_records *r = &t->records[from];
	bool first = from == FROM_SERVER && t->handshake != NULL && r->type == 0 && r->have == 0;

	if (t->handshake != NULL && tls_handshake_awaits_ssl2(t->handshake) && from == FROM_SERVER && in.len > 2 &&
	    (in.at[0] & 0x80) != 0 && in.at[2] == SERVER_HELLO) {
		tls_handshake_is_ssl2(t->handshake);
		first = false;
	} else if (!t->midstream) {
		anomaly_say(&t->anomalies, t->context, ANOMALY_NOT_TLS, from, time);
	}
	(void)give_up(t, time);
	return first ? PARSER_IS_ANOTHERS : PARSER_IS_DONE;
}

static void
on_piece(struct tls *t, enum direction from, const struct tls_piece *p, usec_t time)
{
	bool over = false, counts = true;

	if (p->type == TLS_APPLICATION_DATA && p->begins) {
		if (t->handshake != NULL)
			over = tls_handshake_data(t->handshake, from, p->len, &counts);
		if (counts)
			tls_shape_record(&t->shape, from, p->len, time);
	} else if (p->type != TLS_APPLICATION_DATA && t->handshake != NULL) {
		over = tls_handshake_piece(t->handshake, from, p);
	}
	if (over)
		end_handshake(t, time);
}

static enum parser_verdict
tls_data(void *self, enum direction from, struct bytes in, usec_t time, size_t *used)
{
	struct tls *t = self;
	struct tls_piece piece;
	enum tls_piece_kind kind;

	*used = in.len;
	if (t->done)
		return PARSER_IS_DONE;
	if (from == FROM_CLIENT && !t->begun) {
		t->begun = true;
		t->ssl2 = (in.at[0] & 0x80) != 0;
	}
	if (from == FROM_CLIENT && t->ssl2 && t->handshake != NULL)
		t->ssl2 = tls_handshake_ssl2(t->handshake, &in);
	while ((kind = tls_records_next(&t->records[from], &in, &piece)) == TLS_PIECE)
		on_piece(t, from, &piece, time);
	return kind == TLS_PIECE_BAD ? on_bad(t, from, in, time) : t->handshake == NULL ? PARSER_SKIMS : PARSER_CONTINUES;
}

static enum parser_verdict
tls_gap(void *self, enum direction from, uint64_t missing, usec_t time)
{
	struct tls *t = self;

	if (t->done)
		return PARSER_IS_DONE;
	if (t->handshake != NULL && t->records[from].type != TLS_APPLICATION_DATA)
		tls_handshake_lost(t->handshake, from);
	if (tls_records_gap(&t->records[from], missing))
		return PARSER_CONTINUES;
	return give_up(t, time);
}

static void
tls_finish(void *self, usec_t time)
{
	struct tls *t = self;

	end_handshake(t, time);
	t->done = true;
}

static void
tls_report(const void *self, struct session_report *r, struct arena *arena)
{
	const struct tls *t = self;

	(void)arena;
	r->tls = true;
	r->has_estimate = t->shape.records[FROM_CLIENT] > 0 || t->shape.records[FROM_SERVER] > 0;
	if (r->has_estimate)
		tls_shape_report(&t->shape, t->sends, t->fetches, &r->estimate);
}

static void
tls_close(void *self)
{
	struct tls *t = self;

	tls_handshake_free(t->handshake);
	memory_give_back(t);
}

static const uint16_t ports[] = { 465, 993, 995, 0 };

const struct protocol protocol_tls = {
	.id = MAIL_TLS,
	.name = "tls",
	.help = "TLS: handshakes, certificates, the shape of what is encrypted",
	.ports = ports,
	.recognises = tls_recognises,
	.open = tls_open,
	.data = tls_data,
	.gap = tls_gap,
	.finish = tls_finish,
	.report = tls_report,
	.close = tls_close,
};
