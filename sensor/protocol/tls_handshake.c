/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/tls_handshake.h"

#include "base/memory.h"
#include "base/text.h"
#include "protocol/tls_certificate.h"
#include "protocol/tls_fingerprint.h"
#include "protocol/tls_hello.h"

#define TLS_1_3 0x0304
#define SERVER_NAME_MAX 255
#define ALPN_MAX 16 /* names kept of the client's list */

enum handshake_type { CLIENT_HELLO = 1, SERVER_HELLO = 2, CERTIFICATE = 11, KEY_EXCHANGE = 12, HELLO_DONE = 14 };

/* The shortest record that can hold a client's Finished under encryption: its header and 32 octets, the type and the
 * shortest tag. An alert in its place is shorter. */
#define FINISHED_LEAST (4 + 32 + 1 + 8)

/* The messages of one side, put together. */
struct messages {
	uint8_t header[4], have;
	uint32_t left;      /* due of the body */
	bool keep;          /* it is one that is read */
	bool encrypted;     /* what follows cannot be read */
	bool lost;
	struct buffer body;
	uint8_t alert[2], alert_have;
};

struct tls_handshake {
	struct tls_report report;
	struct arena arena; /* what the report points to */
	struct messages side[2];
	uint8_t session_id[32], session_id_len; /* the client's */
	bool is_ssl2;          /* the client began in SSLv2's form */
	uint16_t ssl2_left;
	bool server_negotiates; /* it sent what only a full handshake has */
	bool server_changed, client_changed; /* to encryption, up to TLS 1.2 */
	bool server_data;      /* TLS 1.3: it sent encrypted records */
	bool over;
};

struct tls_handshake *
tls_handshake_new(bool starttls)
{
	struct tls_handshake *h = memory_take_zeroed(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->report.starttls = starttls;
	arena_init(&h->arena);
	for (int i = 0; i < 2; i++)
		buffer_init(&h->side[i].body, TLS_CERTIFICATES_MAX);
	return h;
}

void
tls_handshake_free(struct tls_handshake *h)
{
	if (h == NULL)
		return;
	for (int i = 0; i < 2; i++)
		buffer_clear(&h->side[i].body);
	arena_clear(&h->arena);
	memory_give_back(h);
}

/* --- messages --- */

static struct bytes
keep_name(struct tls_handshake *h, struct bytes name)
{
	struct buffer text;
	struct bytes kept;

	buffer_init(&text, SERVER_NAME_MAX);
	(void)text_append(&text, name, SERVER_NAME_MAX);
	kept = arena_copy(&h->arena, buffer_bytes(&text));
	buffer_clear(&text);
	return kept;
}

static void
keep_alpn(struct tls_handshake *h, struct bytes rest)
{
	struct slices *list = &h->report.alpn_offered;
	struct bytes *at = arena_room(&h->arena, ALPN_MAX, sizeof(*at)), name;

	while (at != NULL && tls_alpn_next(&rest, &name)) {
		if (list->len == ALPN_MAX)
			list->dropped++;
		else
			at[list->len++] = keep_name(h, name);
	}
	list->at = at;
}

static void
take_client_hello(struct tls_handshake *h, const struct tls_hello *hello)
{
	struct tls_report *r = &h->report;

	/* The answer to a HelloRetryRequest says the same again; without one, more than one means that somebody plays. */
	if (r->has_client_hello)
		return;
	r->has_client_hello = true;
	r->client_version = hello->legacy_version;
	if (!r->has_server_hello)
		r->version = hello->version;
	if (hello->server_name.len > 0)
		r->server_name_text = keep_name(h, hello->server_name);
	if (hello->has_alpn)
		keep_alpn(h, hello->alpn);
	r->ech = hello->has_encrypted_hello;
	r->early_data = hello->has_early_data;
	if (hello->session_id.len > 0)
		memcpy(h->session_id, hello->session_id.at, hello->session_id.len);
	h->session_id_len = (uint8_t)hello->session_id.len;
	tls_ja3(hello, r->ja3);
	tls_ja4(hello, r->ja4);
}

static void
take_server_hello(struct tls_handshake *h, const struct tls_hello *hello)
{
	struct tls_report *r = &h->report;
	struct bytes offered = bytes_of(h->session_id, h->session_id_len);
	uint16_t best = r->has_client_hello ? r->version : TLS_1_3;

	if (r->has_server_hello)
		return;
	r->has_server_hello = true;
	r->version = hello->version;
	r->cipher = tls_number(hello->ciphers, 0);
	r->group = hello->group;
	tls_ja3s(hello, r->ja3s);
	if (hello->retry) {
		/* The hello that counts is still to come. */
		r->retried = true;
		r->has_server_hello = false;
		return;
	}
	r->downgrade = hello->downgrade && hello->version < best;
	r->resumed = hello->version >= TLS_1_3
	    ? hello->has_key
	    : offered.len > 0 && bytes_equal(offered, hello->session_id);
	if (hello->has_alpn) {
		struct bytes list = hello->alpn, name;

		if (tls_alpn_next(&list, &name))
			r->next_protocol = keep_name(h, name);
	}
}

static void
on_message(struct tls_handshake *h, enum direction from, uint8_t type, struct bytes body, bool cut)
{
	struct tls_hello hello;

	if (type == CLIENT_HELLO && from == FROM_CLIENT && !cut && tls_client_hello_read(body, &hello)) {
		take_client_hello(h, &hello);
	} else if (type == SERVER_HELLO && from == FROM_SERVER && !cut && tls_server_hello_read(body, &hello)) {
		take_server_hello(h, &hello);
	} else if (type == CERTIFICATE && from == FROM_SERVER && h->report.certificates == NULL) {
		h->report.certificates_cut = cut;
		tls_certificates_read(body, &h->report, &h->arena);
	}
}

static bool
is_read(enum direction from, uint8_t type)
{
	return from == FROM_CLIENT ? type == CLIENT_HELLO : type == SERVER_HELLO || type == CERTIFICATE;
}

/* Takes the header of the next message off *in. False while it is not complete. */
static bool
begin_message(struct tls_handshake *h, enum direction from, struct bytes *in)
{
	struct messages *m = &h->side[from];
	uint8_t type;

	while (m->have < sizeof(m->header) && in->len > 0) {
		m->header[m->have++] = in->at[0];
		*in = bytes_skip(*in, 1);
	}
	if (m->have < sizeof(m->header))
		return false;
	type = m->header[0];
	m->left = (uint32_t)m->header[1] << 16 | (uint32_t)m->header[2] << 8 | m->header[3];
	m->keep = is_read(from, type);
	buffer_reset(&m->body);
	m->body.ceiling = type == CERTIFICATE ? TLS_CERTIFICATES_MAX : TLS_HELLO_MAX;
	h->server_negotiates |= from == FROM_SERVER && (type == CERTIFICATE || type == KEY_EXCHANGE || type == HELLO_DONE);
	return true;
}

static void
push_messages(struct tls_handshake *h, enum direction from, struct bytes in)
{
	struct messages *m = &h->side[from];

	while (!m->lost) {
		struct bytes body;

		if (m->have < sizeof(m->header) && !begin_message(h, from, &in))
			return;
		body = bytes_first(in, m->left);
		in = bytes_skip(in, body.len);
		m->left -= (uint32_t)body.len;
		/* Mostly it is there whole, and need not be copied. */
		if (m->keep && (m->left > 0 || m->body.len > 0)) {
			(void)buffer_append(&m->body, body);
			body = buffer_bytes(&m->body);
		}
		if (m->left > 0)
			return;
		m->have = 0;
		if (m->keep)
			on_message(h, from, m->header[0], body, m->body.cut);
	}
}

/* --- records --- */

static void
on_change(struct tls_handshake *h, enum direction from)
{
	struct tls_report *r = &h->report;

	/* From TLS 1.3 on it means nothing; a client may send it before the server's version is known. */
	if (!r->has_server_hello || r->version >= TLS_1_3)
		return;
	h->side[from].encrypted = true;
	if (from == FROM_CLIENT) {
		h->client_changed = true;
	} else {
		h->server_changed = true;
		/* A ticket was taken (RFC 5077), though no session id says so. */
		r->resumed |= !h->server_negotiates && !h->side[FROM_SERVER].lost;
	}
	if (h->client_changed && h->server_changed)
		r->established = h->over = true;
}

static void
on_alert(struct tls_handshake *h, enum direction from, const struct tls_piece *p)
{
	enum { FATAL = 2 };
	struct messages *m = &h->side[from];
	struct tls_report *r = &h->report;

	if (m->encrypted || m->lost || p->len != sizeof(m->alert))
		return;
	for (size_t i = 0; i < p->body.len && m->alert_have < sizeof(m->alert); i++)
		m->alert[m->alert_have++] = p->body.at[i];
	if (m->alert_have < sizeof(m->alert))
		return;
	m->alert_have = 0;
	r->has_alert = true;
	r->alert_level = m->alert[0];
	r->alert_code = m->alert[1];
	r->alert_from_server = from == FROM_SERVER;
	h->over |= m->alert[0] == FATAL;
}

bool
tls_handshake_piece(struct tls_handshake *h, enum direction from, const struct tls_piece *p)
{
	if (p->type == TLS_CHANGE_CIPHER_SPEC && p->begins)
		on_change(h, from);
	else if (p->type == TLS_ALERT)
		on_alert(h, from, p);
	else if (p->type == TLS_HANDSHAKE && !h->side[from].encrypted)
		push_messages(h, from, p->body);
	return h->over;
}

bool
tls_handshake_data(struct tls_handshake *h, enum direction from, uint16_t len, bool *counts)
{
	struct tls_report *r = &h->report;

	*counts = false;
	if (r->version == TLS_1_3 && (r->has_server_hello || from == FROM_CLIENT)) {
		/* Up to the client's Finished, encrypted records are the handshake's own; what a client sends before the server has
		 * answered is early data, and mail has none. */
		h->server_data |= from == FROM_SERVER;
		if (from == FROM_CLIENT && h->server_data && len >= FINISHED_LEAST)
			r->established = h->over = true;
		return h->over;
	}
	/* Up to TLS 1.2 there is no such record before both have changed: something was not seen. */
	*counts = true;
	r->established = r->has_server_hello;
	h->over = true;
	return true;
}

/* --- SSLv2's form --- */

bool
tls_handshake_ssl2(struct tls_handshake *h, struct bytes *in)
{
	struct messages *m = &h->side[FROM_CLIENT];
	struct tls_hello hello;
	struct bytes body;

	h->is_ssl2 = true;
	for (; m->have < 2 && in->len > 0; *in = bytes_skip(*in, 1))
		m->header[m->have++] = in->at[0];
	if (m->have < 2)
		return true;
	if (m->have == 2) {
		m->have = 3;
		h->ssl2_left = (uint16_t)((m->header[0] & 0x7f) << 8 | m->header[1]);
		m->body.ceiling = TLS_HELLO_MAX;
	}
	body = bytes_first(*in, h->ssl2_left);
	*in = bytes_skip(*in, body.len);
	h->ssl2_left = (uint16_t)(h->ssl2_left - body.len);
	(void)buffer_append(&m->body, body);
	if (h->ssl2_left > 0)
		return true;
	m->have = 0;
	if (!m->body.cut && tls_ssl2_hello_read(buffer_bytes(&m->body), &hello))
		take_client_hello(h, &hello);
	return false;
}

bool
tls_handshake_awaits_ssl2(const struct tls_handshake *h)
{
	return h->is_ssl2 && !h->report.has_server_hello;
}

void
tls_handshake_is_ssl2(struct tls_handshake *h)
{
	h->report.has_server_hello = true;
	h->report.version = 0x0002;
	h->over = true;
}

/* --- the end --- */

void
tls_handshake_lost(struct tls_handshake *h, enum direction from)
{
	struct messages *m = &h->side[from];

	/* The certificates that came before the gap can be read. */
	if (m->keep && m->left > 0 && m->have == sizeof(m->header) && m->header[0] == CERTIFICATE && m->body.len > 0)
		on_message(h, from, CERTIFICATE, buffer_bytes(&m->body), true);
	m->lost = true;
	m->left = 0;
	buffer_clear(&m->body);
}

void
tls_handshake_tell(struct tls_handshake *h, const struct protocol_context *c, uint32_t ordinal, usec_t time)
{
	struct observation o = { .kind = OBSERVED_TLS, .time = time, .session = c->session, .tls = &h->report };
	const struct tls_report *r = &h->report;

	if (!r->has_client_hello && !r->has_server_hello && !r->has_alert && !r->retried)
		return;
	if (r->certificates == NULL)
		tls_handshake_lost(h, FROM_SERVER);
	h->report.ordinal = ordinal;
	c->observe(c->observe_arg, &o);
}
