/* SPDX-License-Identifier: Apache-2.0
 *
 * observations: made by hand, for what judges them. A scene is one connection with one message in the making; a bell
 * keeps the alerts that were raised.
 */
#ifndef TESTS_SUPPORT_OBSERVATIONS_H
#define TESTS_SUPPORT_OBSERVATIONS_H

#include "detect/judge.h"

#define SCENE_HEADERS 64
#define SCENE_RECIPIENTS 8

/* Noon of some day; scenes begin then. */
#define SCENE_NOON (INT64_C(1700000000) * USEC_PER_SEC)

struct scene {
	struct session session;
	usec_t time; /* of the next observation */
	struct header_text headers[SCENE_HEADERS];
	struct bytes to[SCENE_RECIPIENTS];
	struct mailbox author;
	struct message_content content;
	struct message_report report;
	struct volume_report volume;
};

/* A connection between two addresses ("10.0.0.5", port 40000, and "198.51.100.25", port 25), and an empty message that
 * was accepted by SMTP, from the null sender to nobody. Same addresses and time, same session id. */
void scene_init(struct scene *, const char *client, const char *server);

/* Texts are borrowed; past the limits above the test program is aborted. */
void scene_from(struct scene *, const char *envelope_sender);
void scene_to(struct scene *, const char *recipient);
void scene_author(struct scene *, const char *address);
void scene_subject(struct scene *, const char *subject);
void scene_header(struct scene *, const char *name, const char *value);

/* The message; then the scene is ready for another one like it. */
struct observation scene_message(struct scene *);

/* So many more octets were sent and received. */
struct observation scene_volume(struct scene *, uint64_t sent, uint64_t received);

#define BELL_ALERTS 64
#define BELL_TEXT 1100

struct bell_alert {
	const char *rule;
	enum severity severity;
	unsigned risk;
	struct identity id, case_id;
	uint64_t count;
	usec_t time, first, last;
	char key[BELL_TEXT], reason[BELL_TEXT];
	/* Of the first piece of evidence. */
	const char *kind;
	char seen[BELL_TEXT], figure[BELL_TEXT], held_against[BELL_TEXT];
	size_t evidence_count, events, users;
};

struct bell {
	size_t len; /* alerts heard; the first BELL_ALERTS are kept */
	struct bell_alert at[BELL_ALERTS];
};

/* An alert_handler; arg is the bell. */
void bell_note(void *arg, const struct alert *);

/* The alert heard last; aborts the test program when there is none or it was not kept. */
const struct bell_alert *bell_last(const struct bell *);

/* Names and networks out of texts; the caller keeps the arrays. */
struct names names_of(char **texts, size_t len);
struct network network_of(const char *text);

#endif
