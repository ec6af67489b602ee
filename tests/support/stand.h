/* SPDX-License-Identifier: Apache-2.0
 *
 * stand: one detector on a test stand, with the settings of the table but for what a test sets, at home in 10.0.0.0/8
 * and company.example. What it is shown happens at stand.now, which the test moves on. One stand per test program.
 */
#ifndef TESTS_SUPPORT_STAND_H
#define TESTS_SUPPORT_STAND_H

#include "detect/detectors.h"
#include "settings/settings.h"
#include "support/observations.h"

#define STAND_HOUR (3600 * USEC_PER_SEC)
#define STAND_DAY (24 * STAND_HOUR)

struct stand {
	struct settings *settings;
	const struct detector *row;
	struct detector_context context;
	void *self;
	struct alert_book *book;
	struct bell bell;
	usec_t now;      /* SCENE_NOON at first */
	unsigned sessions; /* number of the session that comes next: its port and id */
};

extern struct stand stand;

/* `sets`: "key=value" as on the command line, ends with NULL; may be NULL. Aborts the test when one is wrong. */
void stand_open(const struct detector *, const char *const *sets);
void stand_close(void);

/* Saves what was learnt, closes, opens, loads: a restart. The book of alerts and the bell begin anew. */
void stand_restart(void);

/* The settings as they would be with this set too, and a reload. */
void stand_set(const char *set);

/* A session between these; `number` makes its id and the client's port. */
struct session stand_session(const char *client, const char *server, uint16_t port, unsigned number);

/* Shows the detector an observation at stand.now. */
void stand_show(struct observation);

/* A login in a session of its own, by IMAP. */
void stand_login(const char *client, const char *server, const char *user, enum login_outcome);

/* Message `uid` of INBOX, read whole by IMAP in session `number`; by POP3 when the port is 110. */
void stand_read(const char *client, const char *server, uint16_t port, const char *account, unsigned number, uint32_t uid);

/* A report on session `number` that reads a mailbox. */
void stand_report(const char *client, const char *server, uint16_t port, unsigned number, const struct collection_report *,
    enum session_end);

/* So many octets more from and to the server in session `number`; totals are kept for the session shown last. */
void stand_volume(const char *client, const char *server, uint16_t port, unsigned number, uint64_t from, uint64_t to);

/* A message on its way out, by SMTP from 10.0.0.25 to 198.51.100.25, with attachments. */
#define STAND_PARTS 64

struct stand_mail {
	struct scene scene;
	struct message_part parts[STAND_PARTS];
	char message_id[64];
};

/* From one envelope sender to one recipient; texts are borrowed. */
void stand_mail(struct stand_mail *, const char *from, const char *to);

/* One more attachment: name, detected type (NULL: none), size. */
void stand_attach(struct stand_mail *, const char *name, const char *type, uint64_t size);

/* Shows it, as a message of its own. */
void stand_send(struct stand_mail *);

#endif
