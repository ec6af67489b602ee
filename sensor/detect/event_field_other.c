/* SPDX-License-Identifier: Apache-2.0
 *
 * Fields of TLS handshakes, scripts and anomalies that are worked out, or there only together with another.
 */
#include <stdio.h>

#include "detect/event_field_special.h"
#include "observe/tls_names.h"

void
event_script_action(struct event *e, event_visitor *visit, void *arg)
{
	(void)event_say_word(visit, arg, script_action_name(e->o->script->action));
}

void
event_anomaly_from(struct event *e, event_visitor *visit, void *arg)
{
	(void)event_say_word(visit, arg, e->o->anomaly->from == FROM_CLIENT ? "client" : "server");
}

/* "TLS 1.3" in two: the version, and the family it is of. */
void
event_tls_version(struct event *e, event_visitor *visit, void *arg)
{
	const char *name = tls_version_name(e->o->tls->version);

	if (name != NULL)
		(void)event_say_word(visit, arg, name + 4);
}

void
event_tls_family(struct event *e, event_visitor *visit, void *arg)
{
	const char *name = tls_version_name(e->o->tls->version);

	if (name != NULL)
		(void)event_say_word(visit, arg, name[0] == 'S' ? "ssl" : "tls");
}

/* Its name where it has one, else the number of the registry. */
static void
say_named(event_visitor *visit, void *arg, uint16_t code, const char *name)
{
	char text[8];

	snprintf(text, sizeof(text), "0x%04x", code);
	if (code != 0)
		(void)event_say_word(visit, arg, name != NULL ? name : text);
}

void
event_tls_cipher(struct event *e, event_visitor *visit, void *arg)
{
	say_named(visit, arg, e->o->tls->cipher, tls_cipher_name(e->o->tls->cipher));
}

void
event_tls_curve(struct event *e, event_visitor *visit, void *arg)
{
	say_named(visit, arg, e->o->tls->group, tls_group_name(e->o->tls->group));
}

void
event_alert_code(struct event *e, event_visitor *visit, void *arg)
{
	if (e->o->tls->has_alert)
		(void)event_say_number(visit, arg, e->o->tls->alert_code);
}

void
event_alert_name(struct event *e, event_visitor *visit, void *arg)
{
	if (e->o->tls->has_alert)
		(void)event_say_word(visit, arg, tls_alert_name(e->o->tls->alert_code));
}

void
event_tls_client_version(struct event *e, event_visitor *visit, void *arg)
{
	const char *name = tls_version_name(e->o->tls->client_version);

	if (name != NULL)
		(void)event_say_word(visit, arg, name + 4);
}

void
event_alert_level(struct event *e, event_visitor *visit, void *arg)
{
	if (e->o->tls->has_alert)
		(void)event_say_word(visit, arg, e->o->tls->alert_level == 1 ? "warning" : "fatal");
}

void
event_alert_from(struct event *e, event_visitor *visit, void *arg)
{
	if (e->o->tls->has_alert)
		(void)event_say_word(visit, arg, e->o->tls->alert_from_server ? "server" : "client");
}

/* The server's own, or NULL. */
static const struct tls_certificate *
leaf_of(const struct event *e)
{
	return e->o->tls->certificate_count > 0 ? e->o->tls->certificates : NULL;
}

void
event_certificate_subject(struct event *e, event_visitor *visit, void *arg)
{
	const struct tls_certificate *leaf = leaf_of(e);

	if (leaf != NULL && leaf->subject_text.len > 0)
		(void)event_say_text(visit, arg, leaf->subject_text);
}

void
event_certificate_issuer(struct event *e, event_visitor *visit, void *arg)
{
	const struct tls_certificate *leaf = leaf_of(e);

	if (leaf != NULL && leaf->issuer_text.len > 0)
		(void)event_say_text(visit, arg, leaf->issuer_text);
}

static void
say_seconds(event_visitor *visit, void *arg, int64_t seconds)
{
	char text[CLOCK_TEXT_MAX];

	if (seconds >= 0 && seconds <= INT64_C(253402300799)) /* the end of the year 9999 */
		(void)event_say_word(visit, arg, clock_text(text, seconds * USEC_PER_SEC));
}

void
event_not_before(struct event *e, event_visitor *visit, void *arg)
{
	const struct tls_certificate *leaf = leaf_of(e);

	if (leaf != NULL)
		say_seconds(visit, arg, leaf->not_before);
}

void
event_not_after(struct event *e, event_visitor *visit, void *arg)
{
	const struct tls_certificate *leaf = leaf_of(e);

	if (leaf != NULL)
		say_seconds(visit, arg, leaf->not_after);
}

static void
say_octets(event_visitor *visit, void *arg, const uint8_t *at, size_t len)
{
	char text[65] = "";

	for (size_t i = 0; i < len && i < 32; i++)
		snprintf(text + 2 * i, 3, "%02x", at[i]);
	(void)event_say_word(visit, arg, text);
}

void
event_certificate_sha1(struct event *e, event_visitor *visit, void *arg)
{
	const struct tls_certificate *leaf = leaf_of(e);

	if (leaf != NULL)
		say_octets(visit, arg, leaf->sha1, sizeof(leaf->sha1));
}

void
event_certificate_sha256(struct event *e, event_visitor *visit, void *arg)
{
	const struct tls_certificate *leaf = leaf_of(e);

	if (leaf != NULL)
		say_octets(visit, arg, leaf->sha256, sizeof(leaf->sha256));
}

void
event_certificate_names(struct event *e, event_visitor *visit, void *arg)
{
	const struct tls_certificate *leaf = leaf_of(e);

	for (size_t i = 0; leaf != NULL && i < leaf->names.len; i++)
		if (!event_say_text(visit, arg, leaf->names.at[i]))
			return;
}

void
event_self_signed(struct event *e, event_visitor *visit, void *arg)
{
	const struct tls_certificate *leaf = leaf_of(e);

	if (leaf != NULL)
		(void)event_say_flag(visit, arg, leaf->self_signed);
}

void
event_certificate_chain(struct event *e, event_visitor *visit, void *arg)
{
	if (e->o->tls->certificate_count > 0)
		(void)event_say_number(
		    visit, arg, (double)(e->o->tls->certificate_count + e->o->tls->certificates_dropped));
}
