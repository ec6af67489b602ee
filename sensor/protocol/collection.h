/* SPDX-License-Identifier: Apache-2.0
 *
 * collection: what a session reads of an account's folders (IMAP, POP3), for its report: which messages, how much of each,
 * in which order. A message counts by its UID; where none was seen, by its number.
 */
#ifndef PROTOCOL_COLLECTION_H
#define PROTOCOL_COLLECTION_H

#include "base/buffer.h"
#include "message/arena.h"
#include "observe/observation.h"
#include "protocol/number_set.h"

/* What of a message crossed; more covers less. */
enum reading { READ_HEADER, READ_PART, READ_WHOLE };

#define READINGS 3

struct collection_folder {
	struct bytes name;      /* owned; empty: POP3's, or not seen */
	bool has_exists, read_only;
	uint64_t exists;
	struct number_set by_uid[READINGS], by_number[READINGS];
};

struct collection_limits {
	size_t folders;         /* kept; more are counted */
	uint32_t ranges;        /* of messages, in each set */
};

struct collection {
	struct collection_limits limits;
	struct collection_folder *folders;
	size_t folder_count, folder_room;
	struct collection_folder unkept;  /* of folders that are not kept, and of those never opened: counts alone */
	size_t current;                   /* index + 1 of the open one; 0: none that is kept */
	struct collection_report report;  /* the counters */
	struct buffer *account, *client_id; /* NULL: none */
	uint32_t latest;                  /* UID or number read last, */
	uint32_t ups, downs;              /* and how often the next one was higher or lower */
};

/* NULL when memory is short. */
struct collection *collection_new(const struct collection_limits *);
void collection_free(struct collection *); /* NULL is fine */

/* Texts that the report carries; the last one counts. */
void collection_account(struct collection *, struct bytes user_text);
void collection_client(struct collection *, struct bytes id_text);

/* A folder is open from now on; the same name is the same folder. */
void collection_open(struct collection *, struct bytes name_text, bool read_only);
void collection_close(struct collection *);

/* The open folder holds so many messages. */
void collection_exists(struct collection *, uint64_t messages);

/* Name of the open folder as text; empty: none. Lives until the next call. */
struct bytes collection_folder_name(const struct collection *);

/* Whether it was opened to read only. */
bool collection_is_read_only(const struct collection *);

/* So much of a message crossed, `octets` of body; uid or number 0: not seen. */
void collection_read(struct collection *, enum reading, uint32_t uid, uint32_t number, uint64_t octets, bool peeked);

/* The report; slices live in the arena or as long as the collection is not changed. */
void collection_report(const struct collection *, struct collection_report *, struct arena *);

#endif
