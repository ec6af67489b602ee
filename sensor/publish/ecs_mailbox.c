/* SPDX-License-Identifier: Apache-2.0
 *
 * What a session event says of mailboxes, which stored message a transferred one is, and mailtap.script.
 */
#include <stdio.h>

#include "publish/ecs_common.h"

/* The commands, also when there are none: then nobody spoke. */
static void
put_commands(json_t *document, json_t *object, const char *path, const struct slices *commands)
{
	(void)json_object_set_new(object, "commands", json_array());
	ecs_put_truncated(document, path, json_put_slices(object, "commands", commands));
}

static void
put_listing(json_t *pop3, const char *entries, const char *complete, uint64_t count, bool begun, bool whole)
{
	json_put_number(pop3, entries, count);
	if (begun)
		json_put_flag(pop3, complete, whole);
}

static void
put_pop3(json_t *document, json_t *mailtap, const struct pop3_report *r)
{
	json_t *pop3 = json_sub(mailtap, "pop3");
	char stat[48];

	ecs_put_truncated(document, "mailtap.banner", json_put_text(mailtap, "banner", r->banner_text));
	json_put_number(mailtap, "commands", r->commands.len + r->commands.dropped);
	put_commands(document, pop3, "mailtap.pop3.commands", &r->commands);
	ecs_put_truncated(document, "mailtap.pop3.capabilities",
	    json_put_slices(pop3, "capabilities", &r->capabilities));
	if (r->has_stat) {
		(void)snprintf(stat, sizeof(stat), "%llu %llu", (unsigned long long)r->stat_messages,
		    (unsigned long long)r->stat_octets);
		json_put_word(pop3, "stat", stat);
	}
	put_listing(pop3, "list_entries", "list_complete", r->list_entries, r->listed, r->list_whole);
	put_listing(pop3, "uidl_entries", "uidl_complete", r->uidl_entries, r->uidl_listed, r->uidl_whole);
	json_put_number(pop3, "retr", r->retr);
	json_put_number(pop3, "top", r->top);
	json_put_number(pop3, "dele", r->dele);
}

static void
put_imap(json_t *document, json_t *mailtap, const struct session_report *s)
{
	const struct imap_report *r = &s->imap;
	json_t *imap = json_sub(mailtap, "imap");

	ecs_put_truncated(document, "mailtap.banner", json_put_text(mailtap, "banner", r->banner_text));
	json_put_number(mailtap, "commands", r->commands.len + r->commands.dropped);
	ecs_put_truncated(document, "mailtap.imap.capabilities",
	    json_put_slices(imap, "capabilities", &r->capabilities));
	put_commands(document, imap, "mailtap.imap.commands", &r->commands);
	ecs_put_truncated(document, "mailtap.imap.searches", json_put_slices(imap, "searches", &r->searches));
	json_put_flag(imap, "preauth", r->preauth);
	json_put_number(imap, "fetched", r->fetched);
	if (s->has_collection && s->collection.has_exists)
		json_put_number(imap, "exists", s->collection.exists);
	if (s->has_collection)
		ecs_put_truncated(document, "mailtap.imap.client_id",
		    json_put_text(imap, "client_id", s->collection.client_id_text));
}

static void
put_sieve(json_t *document, json_t *mailtap, const struct sieve_report *r)
{
	json_t *sieve = json_sub(mailtap, "managesieve");

	ecs_put_truncated(document, "mailtap.banner", json_put_text(mailtap, "banner", r->banner_text));
	json_put_number(mailtap, "commands", r->commands.len + r->commands.dropped);
	ecs_put_truncated(document, "mailtap.managesieve.capabilities",
	    json_put_slices(sieve, "capabilities", &r->capabilities));
	put_commands(document, sieve, "mailtap.managesieve.commands", &r->commands);
}

static void
put_folders(json_t *document, json_t *mailtap, const struct collection_report *c)
{
	json_t *folders = json_array(), *names = json_array();

	for (size_t i = 0; i < c->folder_count; i++) {
		const struct folder_report *f = &c->folders[i];
		json_t *entry = json_object();

		ecs_put_truncated(document, "mailtap.imap.folders", json_put_text(entry, "name", f->name_text));
		if (f->has_exists)
			json_put_number(entry, "exists", f->exists);
		json_put_number(entry, "read", f->read_whole);
		json_put_flag(entry, "read_only", f->read_only);
		(void)json_array_append_new(folders, entry);
		(void)json_array_append_new(names, json_text(f->name_text));
	}
	(void)json_object_set_new(json_sub(mailtap, "imap"), "folders", names);
	(void)json_object_set_new(json_sub(mailtap, "collection"), "folders", folders);
	ecs_put_truncated(document, "mailtap.imap.folders", c->folders_opened > c->folder_count);
}

static void
put_collection(json_t *document, json_t *mailtap, const struct collection_report *c)
{
	json_t *collection = json_sub(mailtap, "collection");

	ecs_put_truncated(document, "user.name", json_put_text(json_sub(document, "user"), "name", c->account_text));
	json_add_once(json_sub(document, "related"), "user", c->account_text);
	json_put_number(collection, "read_whole", c->read_whole);
	json_put_number(collection, "read_part", c->read_part);
	json_put_number(collection, "headers_only", c->headers_only);
	json_put_number(collection, "bodies", c->bodies);
	json_put_number(collection, "body_bytes", c->body_bytes);
	json_put_number(collection, "peeked", c->peeked);
	if (c->has_exists) {
		json_put_number(collection, "exists", c->exists);
		if (c->exists > 0)
			json_put_real(collection, "coverage",
			    c->read_whole >= c->exists ? 1.0 : (double)c->read_whole / (double)c->exists);
	}
	json_put_word(collection, "order", reading_order_name(c->order));
	if (c->widest != 0 && c->widest != UINT64_MAX)
		json_put_number(collection, "widest", c->widest);
	json_put_flag(collection, "open_ended", c->widest == UINT64_MAX);
	json_put_number(collection, "folders_listed", c->folders_listed);
	json_put_number(collection, "folders_opened", c->folders_opened);
	json_put_number(collection, "searches", c->searches);
	json_put_number(collection, "stored", c->stored);
	json_put_number(collection, "appended", c->appended);
	json_put_number(collection, "copied", c->copied);
	json_put_number(collection, "deleted", c->deleted);
	json_put_real(collection, "idle_seconds", (double)c->idle / 1e6);
	json_put_flag(collection, "quit", c->quit);
	json_put_word(collection, "tool", c->tool);
}

void
ecs_put_mailboxes(json_t *document, const struct session_report *r)
{
	json_t *mailtap = json_sub(document, "mailtap");

	if (r->is_pop3)
		put_pop3(document, mailtap, &r->pop3);
	if (r->is_imap)
		put_imap(document, mailtap, r);
	if (r->is_sieve)
		put_sieve(document, mailtap, &r->sieve);
	if (r->has_collection) {
		put_collection(document, mailtap, &r->collection);
		if (r->is_imap)
			put_folders(document, mailtap, &r->collection);
	}
}

void
ecs_put_item(json_t *document, const struct mailbox_item *i)
{
	json_t *item = json_sub(json_sub(document, "mailtap"), "item");
	char number[16];

	ecs_put_truncated(document, "mailtap.item.mailbox", json_put_text(item, "mailbox", i->mailbox_text));
	if (i->has_uid)
		json_put_number(item, "uid", i->uid);
	if (i->number != 0) {
		(void)snprintf(number, sizeof(number), "%u", i->number);
		json_put_number(item, "number", i->number);
		json_put_word(json_sub(document, "mailtap"), "retr", i->kind == NULL ? number : NULL);
	}
	ecs_put_truncated(document, "mailtap.item.unique_id", json_put_text(item, "unique_id", i->unique_text));
	if (i->has_size)
		json_put_number(item, "size", i->size);
	if (i->kind != NULL) {
		json_put_word(json_sub(json_sub(document, "mailtap"), "fetch"), "kind", i->kind);
		json_put_number(json_sub(json_sub(document, "mailtap"), "fetch"), "literal", i->literal);
	}
	json_put_flag(item, "part", i->part);
	json_put_flag(item, "peek", i->peek);
	ecs_put_truncated(document, "user.name", json_put_text(json_sub(document, "user"), "name", i->account_text));
	json_add_once(json_sub(document, "related"), "user", i->account_text);
}

void
ecs_put_script(json_t *document, const struct observation *o)
{
	const struct script_report *r = o->script;
	json_t *script = json_sub(json_sub(document, "mailtap"), "script"), *targets;

	ecs_put_truncated(document, "user.name", json_put_text(json_sub(document, "user"), "name", r->account_text));
	json_add_once(json_sub(document, "related"), "user", r->account_text);
	json_put_word(json_sub(document, "event"), "outcome", script_outcome_name(r->outcome));
	json_put_word(script, "action", script_action_name(r->action));
	ecs_put_truncated(document, "mailtap.script.name", json_put_text(script, "name", r->name_text));
	json_put_number(script, "bytes", r->bytes);
	json_put_flag(script, "complete", r->complete);
	targets = json_array();
	for (size_t i = 0; i < r->target_count; i++) {
		json_t *entry = json_object();

		ecs_put_truncated(document, "mailtap.script.targets",
		    json_put_text(entry, "address", r->targets[i].address_text));
		json_put_flag(entry, "copy", r->targets[i].copy);
		json_put_flag(entry, "pipe", r->targets[i].pipe);
		(void)json_array_append_new(targets, entry);
		if (!r->targets[i].pipe)
			json_add_once(json_sub(document, "related"), "user", r->targets[i].address_text);
	}
	(void)json_object_set_new(script, "targets", targets);
	ecs_put_truncated(document, "mailtap.script.targets", r->targets_dropped > 0);
}
