/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/privileges.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

bool
privileges_find(const char *user, const char *group, struct privileges *out, char *error, size_t error_room)
{
	const struct passwd *pw = NULL;
	const struct group *gr = NULL;

	if (user != NULL && user[0] != '\0') {
		pw = getpwnam(user);
		if (pw == NULL) {
			snprintf(error, error_room,
			    "daemon.user %s: no such user: create it (systemd-sysusers, or adduser --system %s)", user, user);
			return false;
		}
		if (pw->pw_uid == 0) {
			snprintf(error, error_room, "daemon.user %s: is root: name another user", user);
			return false;
		}
		out->uid = pw->pw_uid;
		out->gid = pw->pw_gid;
	}
	if (group == NULL || group[0] == '\0')
		return true;
	gr = getgrnam(group);
	if (gr == NULL) {
		snprintf(error, error_room, "group %s: no such group: create it (addgroup --system %s)", group, group);
		return false;
	}
	out->gid = gr->gr_gid;
	return true;
}

/* Permitted and effective: these capabilities and no others. */
static int
set_capabilities(uint64_t mask)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3, .pid = 0 };
	struct __user_cap_data_struct data[2] = { { 0 }, { 0 } };

	for (int i = 0; i < 2; i++)
		data[i].permitted = data[i].effective = (uint32_t)(mask >> (32 * i));
	return (int)syscall(SYS_capset, &header, data);
}

/* Whether root can be had again; every way that would lead back is tried. */
static bool
root_is_gone(const struct privileges *p)
{
	uid_t r, e, s;
	gid_t rg, eg, sg;

	if (setuid(0) == 0 || seteuid(0) == 0 || setresuid(0, 0, 0) == 0)
		return false;
	if (p->gid != 0 && (setgid(0) == 0 || setegid(0) == 0 || setresgid(0, 0, 0) == 0))
		return false;
	if (getresuid(&r, &e, &s) != 0 || getresgid(&rg, &eg, &sg) != 0)
		return false;
	return r == p->uid && e == p->uid && s == p->uid && rg == p->gid && eg == p->gid && sg == p->gid;
}

static bool
fail(const char *step, char *error, size_t error_room)
{
	snprintf(error, error_room, "root cannot be given up: %s: %s", step, strerror(errno));
	return false;
}

bool
privileges_drop(const struct privileges *p, bool keep_capture, char *error, size_t error_room)
{
	uint64_t kept = keep_capture ? UINT64_C(1) << CAP_NET_RAW : 0;

	if (geteuid() == 0) {
		if (keep_capture && prctl(PR_SET_KEEPCAPS, 1L, 0L, 0L, 0L) != 0)
			return fail("keepcaps", error, error_room);
		if (setgroups(0, NULL) != 0)
			return fail("setgroups", error, error_room);
		if (setresgid(p->gid, p->gid, p->gid) != 0)
			return fail("setresgid", error, error_room);
		if (setresuid(p->uid, p->uid, p->uid) != 0)
			return fail("setresuid", error, error_room);
		/* Changing the user cleared the effective set; what is set here is all that is left. */
		if (set_capabilities(kept) != 0 && (kept == 0 || set_capabilities(0) != 0))
			return fail("capset", error, error_room);
		if (!root_is_gone(p)) {
			snprintf(error, error_room, "root was given up and could be had again: refusing to run");
			return false;
		}
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) != 0)
		return fail("no_new_privs", error, error_room);
	/* Core dumps hold mail, and a changed user clears this anyway; said plainly. */
	(void)prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
	return true;
}
