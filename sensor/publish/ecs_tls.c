/* SPDX-License-Identifier: Apache-2.0
 *
 * mailtap.tls, and what a session event says of the shape of encrypted mail.
 */
#include <stdio.h>

#include "observe/tls_names.h"
#include "publish/ecs_common.h"

/* Seconds since 1970 as a time, where it is one that a date can be made of. */
static void
put_seconds(json_t *object, const char *key, int64_t seconds)
{
	if (seconds >= 0 && seconds <= INT64_C(253402300799)) /* the end of the year 9999 */
		json_put_time(object, key, seconds * 1000000);
}

/* ECS splits it: tls.version "1.3" and tls.version_protocol "tls". */
static void
put_version(json_t *tls, uint16_t version)
{
	const char *name = tls_version_name(version);

	if (name == NULL)
		return;
	json_put_word(tls, "version", name + 4);
	json_put_word(tls, "version_protocol", name[0] == 'S' ? "ssl" : "tls");
}

static void
put_certificates(json_t *document, json_t *server, const struct tls_report *r)
{
	const struct tls_certificate *leaf = r->certificates;
	json_t *mailtap, *hash;

	if (r->certificate_count == 0)
		return;
	mailtap = json_sub(json_sub(document, "mailtap"), "certificate");
	ecs_put_truncated(document, "tls.server.subject", json_put_text(server, "subject", leaf->subject_text));
	ecs_put_truncated(document, "tls.server.issuer", json_put_text(server, "issuer", leaf->issuer_text));
	put_seconds(server, "not_before", leaf->not_before);
	put_seconds(server, "not_after", leaf->not_after);
	hash = json_sub(server, "hash");
	json_put_hex(hash, "sha1", leaf->sha1, sizeof(leaf->sha1));
	json_put_hex(hash, "sha256", leaf->sha256, sizeof(leaf->sha256));
	ecs_put_truncated(document, "mailtap.certificate.names", json_put_slices(mailtap, "names", &leaf->names));
	json_put_flag(mailtap, "self_signed", leaf->self_signed);
	json_put_number(mailtap, "chain", r->certificate_count + r->certificates_dropped);
	for (size_t i = 0; i < leaf->names.len; i++)
		json_add_once(json_sub(document, "related"), "hosts", leaf->names.at[i]);
}

static void
put_alert(json_t *mailtap, const struct tls_report *r)
{
	json_t *alert = json_sub(mailtap, "tls_alert");

	json_put_number(alert, "code", r->alert_code);
	if (tls_alert_name(r->alert_code) != NULL)
		json_put_word(alert, "name", tls_alert_name(r->alert_code));
	json_put_word(alert, "level", r->alert_level == 1 ? "warning" : "fatal");
	json_put_word(alert, "from", r->alert_from_server ? "server" : "client");
}

/* A number of the registry as it is written there: "0x1301". */
static void
put_code(json_t *object, const char *key, uint16_t code)
{
	char text[8];

	(void)snprintf(text, sizeof(text), "0x%04x", code);
	if (code != 0)
		json_put_word(object, key, text);
}

/* Its name where it has one. */
static void
put_named(json_t *object, const char *key, uint16_t code, const char *name)
{
	if (code != 0 && name != NULL)
		json_put_word(object, key, name);
	else
		put_code(object, key, code);
}

/* The chain, the server's own first. */
static void
put_chain(json_t *document, json_t *own, const struct tls_report *r)
{
	json_t *chain = json_array();

	for (size_t i = 0; i < r->certificate_count; i++) {
		const struct tls_certificate *c = &r->certificates[i];
		json_t *one = json_object(), *hash = json_sub(one, "hash");

		json_put_hex(hash, "sha1", c->sha1, sizeof(c->sha1));
		json_put_hex(hash, "sha256", c->sha256, sizeof(c->sha256));
		(void)json_put_text(one, "subject", c->subject_text);
		(void)json_put_text(one, "issuer", c->issuer_text);
		(void)json_put_text(one, "serial_number", c->serial);
		(void)json_put_slices(one, "alternative_names", &c->names);
		put_seconds(one, "not_before", c->not_before);
		put_seconds(one, "not_after", c->not_after);
		(void)json_array_append_new(chain, one);
	}
	if (r->certificate_count > 0)
		(void)json_object_set_new(own, "certificates", chain);
	else
		json_decref(chain);
	ecs_put_truncated(document, "mailtap.tls.certificates", r->certificates_cut || r->certificates_dropped > 0);
}

/* What ECS has no place for. */
static void
put_own(json_t *document, json_t *own, const struct tls_report *r)
{
	const char *client = tls_version_name(r->client_version);

	put_code(own, "cipher_code", r->cipher);
	put_code(own, "group_code", r->group);
	if (client != NULL)
		json_put_word(own, "client_version", client + 4);
	json_put_flag(own, "retried", r->retried);
	json_put_flag(own, "early_data", r->early_data);
	put_chain(document, own, r);
}

void
ecs_put_tls(json_t *document, const struct observation *o)
{
	const struct tls_report *r = o->tls;
	json_t *tls = json_sub(document, "tls"), *client = json_sub(tls, "client"), *server = json_sub(tls, "server");
	json_t *mailtap = json_sub(document, "mailtap");

	put_version(tls, r->version);
	put_named(tls, "cipher", r->cipher, tls_cipher_name(r->cipher));
	put_named(tls, "curve", r->group, tls_group_name(r->group));
	ecs_put_truncated(document, "tls.client.server_name",
	    json_put_text(client, "server_name", r->server_name_text));
	json_add_once(json_sub(document, "related"), "hosts", r->server_name_text);
	json_put_text(client, "ja3", bytes_str(r->ja3));
	json_put_text(server, "ja3s", bytes_str(r->ja3s));
	json_put_text(mailtap, "ja4", bytes_str(r->ja4));
	json_add_once(json_sub(document, "related"), "hash", bytes_str(r->ja3));
	json_add_once(json_sub(document, "related"), "hash", bytes_str(r->ja3s));
	json_put_slices(mailtap, "alpn_offered", &r->alpn_offered);
	json_put_text(tls, "next_protocol", r->next_protocol);
	json_put_flag(tls, "resumed", r->resumed);
	json_put_flag(tls, "established", r->established);
	json_put_flag(mailtap, "starttls", r->starttls);
	json_put_flag(mailtap, "client_hello", r->has_client_hello);
	json_put_flag(mailtap, "server_hello", r->has_server_hello);
	json_put_flag(mailtap, "ech", r->ech);
	json_put_flag(mailtap, "downgrade", r->downgrade);
	if (r->has_alert)
		put_alert(mailtap, r);
	put_certificates(document, server, r);
	put_own(document, json_sub(mailtap, "tls"), r);
}

void
ecs_put_estimate(json_t *document, const struct estimate_report *r)
{
	json_t *estimate = json_sub(json_sub(document, "mailtap"), "estimate"), *sizes = json_array();

	json_put_number(estimate, "client_records", r->records[FROM_CLIENT]);
	json_put_number(estimate, "server_records", r->records[FROM_SERVER]);
	json_put_number(estimate, "client_bytes", r->record_bytes[FROM_CLIENT]);
	json_put_number(estimate, "server_bytes", r->record_bytes[FROM_SERVER]);
	json_put_number(estimate, "commands", r->commands);
	json_put_number(estimate, "bursts", r->bursts);
	for (size_t i = 0; i < ESTIMATE_SIZES; i++)
		(void)json_array_append_new(sizes, json_integer((json_int_t)(r->burst_sizes[i] & INT64_MAX)));
	(void)json_object_set_new(estimate, "burst_sizes", sizes);
	if (r->has_fetched)
		json_put_number(estimate, "fetched", r->fetched);
	if (r->has_sent)
		json_put_number(estimate, "sent", r->sent);
	json_put_word(estimate, "pattern", estimate_pattern_name(r->pattern));
	json_put_number(estimate, "idle_periods", r->idle_periods);
	json_put_real(estimate, "idle_seconds", (double)r->idle / 1e6);
}
