/* SPDX-License-Identifier: Apache-2.0
 *
 * event_field_shapes: where the rows of event_field_rows.c find their values, and what stands there. Private to
 * event_field*.c.
 */
#ifndef DETECT_EVENT_FIELD_SHAPES_H
#define DETECT_EVENT_FIELD_SHAPES_H

#include "detect/event_field.h"

/* Which struct the offset is in. */
enum event_base {
	BASE_CONNECTION,
	BASE_SESSION,
	BASE_MESSAGE,
	BASE_CONTENT,
	BASE_LOGIN,
	BASE_SCRIPT,
	BASE_TLS,
	BASE_ANOMALY
};

/* What stands at the offset. */
enum event_shape {
	SHAPE_TEXT,	   /* struct bytes; not there when empty */
	SHAPE_TEXT_ALWAYS, /* there, empty too */
	SHAPE_STRING,	   /* const char *; not there when NULL */
	SHAPE_CHARS,	   /* char[]; not there when empty */
	SHAPE_SLICES,
	SHAPE_MAILBOXES, /* their addresses */
	SHAPE_BOOL,
	SHAPE_NOT, /* bool, the other way round */
	SHAPE_U16,
	SHAPE_U32,
	SHAPE_UNSIGNED,
	SHAPE_U64,
	SHAPE_U64_SOME, /* not there when 0 */
	SHAPE_U16_SOME,
	SHAPE_USEC, /* as seconds */
	SHAPE_CODE, /* uint16_t as "0x1301"; not there when 0 */
	SHAPE_DATE, /* int64_t, seconds since 1970, as a time; not there when no date can be made of it */
	SHAPE_MD5,
	SHAPE_SHA1,
	SHAPE_SHA256, /* octets, as hexadecimal digits */
	SHAPE_ADDRESS,
	SHAPE_EXTENSION, /* of the file name in this struct bytes */
};

/* Over which list of the base the offset is taken. */
enum event_each {
	EACH_NONE,
	EACH_FOLDER,
	EACH_TARGET,
	EACH_HEADER,
	EACH_CERTIFICATE,
	EACH_PART,
	EACH_LEAF, /* parts with a content of their own */
	EACH_LEAF_HASHED,
	EACH_INLINE, /* leaves that are no attachments */
	EACH_INLINE_HASHED,
	EACH_INLINE_SHA1, /* where it was asked for */
	EACH_ATTACHMENT,
	EACH_ATTACHMENT_HASHED,
	EACH_ATTACHMENT_SHA1,
};

/* One value of each kind, for rows that have a function of their own. */
bool event_say_text(event_visitor *visit, void *arg, struct bytes);
bool event_say_word(event_visitor *visit, void *arg, const char *word); /* NULL: nothing */
bool event_say_number(event_visitor *visit, void *arg, double);
bool event_say_flag(event_visitor *visit, void *arg, bool);

/* Made when it is first asked for. */
const struct forward_assessment *event_forward(struct event *);

#endif
