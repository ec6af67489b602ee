/* SPDX-License-Identifier: Apache-2.0
 *
 * address: the mailboxes of an address field (RFC 5322 sections 3.4 and 4.4), with groups, comments, quoted names,
 * routes and what else is written in their place. Reads one mailbox at a time and never fails: what is no address is
 * given as a name.
 */
#ifndef MESSAGE_ADDRESS_H
#define MESSAGE_ADDRESS_H

#include "base/buffer.h"

struct address_list {
	struct bytes rest;
	struct buffer address; /* local@domain: comments, routes and blanks around its parts gone */
	struct buffer name;    /* display name, else the comment: unquoted, its words (RFC 2047) not decoded */
	struct buffer piece, comment;
	bool no_quote, no_comment, no_literal, no_word; /* no end of such a thing is left in `rest` */
};

/* A reader over the unfolded value, which must outlive it. `ceiling`: octets kept of an address or a name. */
void address_list_init(struct address_list *, struct bytes value, size_t ceiling);

/* The next mailbox is in `address` and `name`, either of which may be empty but not both. False at the end. */
bool address_list_next(struct address_list *);

void address_list_clear(struct address_list *);

#endif
