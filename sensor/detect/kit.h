/* SPDX-License-Identifier: Apache-2.0
 *
 * kit: the tables of a detector, by rows: opened, replaced on reload, let go of what is old, saved, loaded and closed
 * alike for all. A detector's struct begins with a struct kit, and each row names the pointer in it where a table hangs.
 *
 * Ceilings come from one option, detect.memory: each row has a share of it, and as many keys as fit into that.
 */
#ifndef DETECT_KIT_H
#define DETECT_KIT_H

#include "detect/baseline.h"
#include "detect/detector.h"
#include "detect/first_seen.h"
#include "detect/spread.h"
#include "detect/window.h"

enum kit_kind { KIT_WINDOW, KIT_SPREAD, KIT_SEEN, KIT_BASELINE, KIT_MAP };

struct kit_row {
	const char *name;      /* of its section in the state: "account_sweep.clients" */
	enum kit_kind kind;
	unsigned share;        /* of detect.memory, in thousandths: those of all detectors make up 1000 */
	size_t at;             /* where the detector's struct has the pointer */
	usec_t span;           /* of a window or spread; silence after which a thing or an entry is forgotten */
	size_t span_option;    /* in struct detect_settings, instead of span; 0: none */
	const struct baseline_shape *shape; /* KIT_BASELINE; its `learning` is detect.learning */
	size_t value_size;     /* KIT_MAP, keyed by identity: a struct that begins with the usec_t of its latest use */
	bool (*fits)(const void *value); /* KIT_MAP: whether a value read from a state can be one; NULL: any can */
};

#define KIT_ROWS 6

struct kit {
	struct detector_context context;
	const struct kit_row *rows;
	size_t row_count;
	usec_t spans[KIT_ROWS]; /* what the tables were made for */
	size_t keys[KIT_ROWS];
	usec_t learning;
	usec_t began;       /* first observation, ever; 0: none yet */
	uint64_t forgotten; /* by tables that a reload replaced */
};

/* The functions of struct detector; `size` is that of the detector's struct, which is returned zeroed but for its kit
 * and its tables. */
void *kit_open(const struct detector_context *, size_t size, const struct kit_row *, size_t row_count);
void kit_tick(void *self, usec_t now);
void kit_close(void *self);
void kit_reload(void *self, const struct detector_context *);
uint64_t kit_forgotten(const void *self);
void kit_save(const void *self, struct state_out *);
unsigned kit_load(void *self, struct bytes image);

#define KIT_FUNCTIONS                                                                                                  \
	.tick = kit_tick, .close = kit_close, .reload = kit_reload, .forgotten = kit_forgotten, .save = kit_save,      \
	.load = kit_load

/* Whether it still learns what is usual at `now`. The first call begins it. */
bool kit_learns(struct kit *, usec_t now);

/* While packets are lost, baselines learn nothing. */
void kit_mind_loss(struct kit *, const struct observation *);

/* Whether an allowance (of the detector's own list, or detect.allow) or one of these roles of its client excuses what
 * was observed. `who` may be NULL. */
bool kit_excuses(const struct kit *, const struct allow_list *own, unsigned roles, const struct observation *,
    const struct bytes *who, size_t who_count);

/* Entry of a KIT_MAP that remembers what was said of a subject. */
struct kit_said {
	usec_t last;
	uint64_t severity_plus_one;
};

/* Notes that this much is said of the subject; false when it was said before, within `span` of packet time. */
bool kit_note_said(struct map *, struct identity subject, enum severity, usec_t now, usec_t span);

/* Entry of a KIT_MAP that counts by the clock: hour by hour, day by day. */
struct kit_bucket {
	usec_t last;
	int64_t number;  /* of the span that runs */
	uint64_t amount; /* in it */
};

/* Adds to what runs; true, with its amount in *finished, when another one had been running. */
bool kit_fill(struct map *, struct identity subject, usec_t now, usec_t span, uint64_t amount, uint64_t *finished);

/* --- keys --- */

/* Of up to two addresses or names together, of at most KIT_ACCOUNT_MAX octets each. */
struct identity kit_key(const char *space, struct bytes one, struct bytes other);

/* The address without what changes within a site: /24 of IPv4, /64 of IPv6. */
struct address kit_network(const struct address *);
struct bytes kit_address_bytes(const struct address *);

/* "192.0.2.0/24". */
#define KIT_NETWORK_TEXT_MAX (ADDRESS_TEXT_MAX + 4)
char *kit_network_text(char out[KIT_NETWORK_TEXT_MAX], const struct address *);

/* The name of an account: user, or user@domain when a domain is known and the user has none. In lower case, cut at the
 * end of out. */
#define KIT_ACCOUNT_MAX 256
struct bytes kit_account(char out[KIT_ACCOUNT_MAX], struct bytes user, struct bytes domain);

/* An account together with the server, and the network that its client is in. */
struct identity kit_pair(struct bytes account, const struct session *);

/* --- reading --- */

/* A whole message was read out of a mailbox. */
bool kit_is_reading(const struct observation *);

/* Which one: the same message read again, in whatever session, is the same, as far as that can be told. */
struct identity kit_message(const struct observation *);

#endif
