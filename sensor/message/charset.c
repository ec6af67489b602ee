/* SPDX-License-Identifier: Apache-2.0
 *
 * What nearly all mail uses is converted here; the rest by iconv. Opening a converter is dear, so each thread keeps the
 * few that it used last.
 *
 * A name stands for the widest charset that goes by it in practice (ISO-8859-1 for windows-1252, GB2312 for GB18030,
 * KS_C_5601 for UHC): what is inside the narrow one reads the same.
 */
#include "message/charset.h"

#include "base/text.h"

#include <errno.h>
#include <iconv.h>
#include <pthread.h>

/* Besides iconv: what is done with the octets. */
enum charset_kind { CHARSET_ICONV, CHARSET_STATEFUL /* by iconv */, CHARSET_UTF8, CHARSET_ASCII, CHARSET_WINDOWS_1252 };

struct charset {
	struct bytes name;
	enum charset_kind kind;
	const char *iconv;
};

#define ROW(n, k, i) { { (const uint8_t *)("" n), sizeof(n) - 1 }, k, i }
#define BY_ICONV(n, i) ROW(n, CHARSET_ICONV, i)

static const struct charset charsets[] = {
	ROW("utf-8", CHARSET_UTF8, NULL),
	ROW("utf8", CHARSET_UTF8, NULL),
	ROW("us-ascii", CHARSET_ASCII, NULL),
	ROW("ascii", CHARSET_ASCII, NULL),
	ROW("ansi_x3.4-1968", CHARSET_ASCII, NULL),
	ROW("iso-8859-1", CHARSET_WINDOWS_1252, NULL),
	ROW("iso8859-1", CHARSET_WINDOWS_1252, NULL),
	ROW("iso_8859-1", CHARSET_WINDOWS_1252, NULL),
	ROW("latin1", CHARSET_WINDOWS_1252, NULL),
	ROW("l1", CHARSET_WINDOWS_1252, NULL),
	ROW("windows-1252", CHARSET_WINDOWS_1252, NULL),
	ROW("cp1252", CHARSET_WINDOWS_1252, NULL),
	BY_ICONV("iso-8859-2", "ISO-8859-2"),
	BY_ICONV("latin2", "ISO-8859-2"),
	BY_ICONV("iso-8859-3", "ISO-8859-3"),
	BY_ICONV("iso-8859-4", "ISO-8859-4"),
	BY_ICONV("iso-8859-5", "ISO-8859-5"),
	BY_ICONV("iso-8859-6", "ISO-8859-6"),
	BY_ICONV("iso-8859-7", "ISO-8859-7"),
	BY_ICONV("iso-8859-8", "ISO-8859-8"),
	BY_ICONV("iso-8859-8-i", "ISO-8859-8"),
	BY_ICONV("iso-8859-9", "WINDOWS-1254"),
	BY_ICONV("latin5", "WINDOWS-1254"),
	BY_ICONV("iso-8859-10", "ISO-8859-10"),
	BY_ICONV("iso-8859-11", "CP874"),
	BY_ICONV("iso-8859-13", "ISO-8859-13"),
	BY_ICONV("iso-8859-14", "ISO-8859-14"),
	BY_ICONV("iso-8859-15", "ISO-8859-15"),
	BY_ICONV("latin9", "ISO-8859-15"),
	BY_ICONV("iso-8859-16", "ISO-8859-16"),
	BY_ICONV("windows-1250", "WINDOWS-1250"),
	BY_ICONV("cp1250", "WINDOWS-1250"),
	BY_ICONV("windows-1251", "WINDOWS-1251"),
	BY_ICONV("cp1251", "WINDOWS-1251"),
	BY_ICONV("windows-1253", "WINDOWS-1253"),
	BY_ICONV("cp1253", "WINDOWS-1253"),
	BY_ICONV("windows-1254", "WINDOWS-1254"),
	BY_ICONV("cp1254", "WINDOWS-1254"),
	BY_ICONV("windows-1255", "WINDOWS-1255"),
	BY_ICONV("cp1255", "WINDOWS-1255"),
	BY_ICONV("windows-1256", "WINDOWS-1256"),
	BY_ICONV("cp1256", "WINDOWS-1256"),
	BY_ICONV("windows-1257", "WINDOWS-1257"),
	BY_ICONV("cp1257", "WINDOWS-1257"),
	BY_ICONV("windows-1258", "WINDOWS-1258"),
	BY_ICONV("cp1258", "WINDOWS-1258"),
	BY_ICONV("windows-874", "CP874"),
	BY_ICONV("cp874", "CP874"),
	BY_ICONV("tis-620", "CP874"),
	BY_ICONV("koi8-r", "KOI8-R"),
	BY_ICONV("koi8-u", "KOI8-U"),
	BY_ICONV("koi8-ru", "KOI8-U"),
	BY_ICONV("gb18030", "GB18030"),
	BY_ICONV("gb2312", "GB18030"),
	BY_ICONV("gb_2312-80", "GB18030"),
	BY_ICONV("euc-cn", "GB18030"),
	BY_ICONV("gbk", "GB18030"),
	BY_ICONV("x-gbk", "GB18030"),
	BY_ICONV("cp936", "GB18030"),
	BY_ICONV("ms936", "GB18030"),
	BY_ICONV("windows-936", "GB18030"),
	BY_ICONV("big5", "BIG5-HKSCS"),
	BY_ICONV("cn-big5", "BIG5-HKSCS"),
	BY_ICONV("big5-hkscs", "BIG5-HKSCS"),
	BY_ICONV("cp950", "CP950"),
	BY_ICONV("euc-tw", "EUC-TW"),
	BY_ICONV("shift_jis", "CP932"),
	BY_ICONV("shift-jis", "CP932"),
	BY_ICONV("x-sjis", "CP932"),
	BY_ICONV("sjis", "CP932"),
	BY_ICONV("ms_kanji", "CP932"),
	BY_ICONV("windows-31j", "CP932"),
	BY_ICONV("cp932", "CP932"),
	BY_ICONV("euc-jp", "EUC-JP-MS"),
	BY_ICONV("x-euc-jp", "EUC-JP-MS"),
	ROW("iso-2022-jp", CHARSET_STATEFUL, "ISO-2022-JP-2"),
	ROW("iso-2022-jp-1", CHARSET_STATEFUL, "ISO-2022-JP-2"),
	ROW("iso-2022-jp-2", CHARSET_STATEFUL, "ISO-2022-JP-2"),
	ROW("iso-2022-kr", CHARSET_STATEFUL, "ISO-2022-KR"),
	BY_ICONV("euc-kr", "UHC"),
	BY_ICONV("ks_c_5601-1987", "UHC"),
	BY_ICONV("ks_c_5601", "UHC"),
	BY_ICONV("ksc5601", "UHC"),
	BY_ICONV("cp949", "UHC"),
	BY_ICONV("uhc", "UHC"),
	BY_ICONV("windows-949", "UHC"),
	ROW("utf-7", CHARSET_STATEFUL, "UTF-7"),
	ROW("unicode-1-1-utf-7", CHARSET_STATEFUL, "UTF-7"),
	ROW("utf-16", CHARSET_STATEFUL, "UTF-16"),
	BY_ICONV("utf-16be", "UTF-16BE"),
	BY_ICONV("utf-16le", "UTF-16LE"),
	BY_ICONV("ibm437", "CP437"),
	BY_ICONV("cp437", "CP437"),
	BY_ICONV("ibm850", "CP850"),
	BY_ICONV("cp850", "CP850"),
	BY_ICONV("ibm852", "CP852"),
	BY_ICONV("cp852", "CP852"),
	BY_ICONV("ibm866", "CP866"),
	BY_ICONV("cp866", "CP866"),
	BY_ICONV("macintosh", "MACINTOSH"),
	BY_ICONV("x-mac-roman", "MACINTOSH"),
	BY_ICONV("viscii", "VISCII"),
};

#undef BY_ICONV
#undef ROW

/* 0x80 to 0x9f; 0 is not assigned. */
static const uint16_t windows_1252[32] = {
	0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
	0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0,
	0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
	0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
};

#define REPLACEMENT_POINT 0xfffd
#define CONVERTERS_KEPT 4

/* Per thread: the converters used last, newest first. */
struct converters {
	const char *name[CONVERTERS_KEPT];
	iconv_t open[CONVERTERS_KEPT];
	size_t len;
};

static _Thread_local struct converters converters;
static pthread_once_t farewell_once = PTHREAD_ONCE_INIT;
static pthread_key_t farewell_key;
static bool farewell_works;

static void
close_converters(void *arg)
{
	struct converters *c = arg;

	for (size_t i = 0; i < c->len; i++)
		(void)iconv_close(c->open[i]);
	c->len = 0;
}

static void
make_farewell(void)
{
	farewell_works = pthread_key_create(&farewell_key, close_converters) == 0;
}

/* Of this thread, as new; (iconv_t)-1 when it cannot be had. */
static iconv_t
converter(const char *name)
{
	struct converters *c = &converters;
	iconv_t cd = (iconv_t)-1;
	size_t at;

	for (at = 0; at < c->len; at++)
		if (c->name[at] == name)
			break;
	if (at < c->len) {
		cd = c->open[at];
		(void)iconv(cd, NULL, NULL, NULL, NULL);
	} else {
		cd = iconv_open("UTF-8", name);
		if (cd == (iconv_t)-1)
			return cd;
		if (pthread_once(&farewell_once, make_farewell) == 0 && farewell_works)
			(void)pthread_setspecific(farewell_key, c);
		if (c->len < CONVERTERS_KEPT)
			c->len++;
		else
			(void)iconv_close(c->open[CONVERTERS_KEPT - 1]);
		at = c->len - 1;
	}
	for (; at > 0; at--) {
		c->name[at] = c->name[at - 1];
		c->open[at] = c->open[at - 1];
	}
	c->name[0] = name;
	c->open[0] = cd;
	return cd;
}

/* A charset is named by its table row, so pointers to names may be compared above. */
static const struct charset *
find(struct bytes name)
{
	for (size_t i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++)
		if (bytes_equal_nocase(charsets[i].name, name))
			return &charsets[i];
	return NULL;
}

static void
append_iconv(struct buffer *out, iconv_t cd, struct bytes in)
{
	char block[512];
	char *from = (char *)(uintptr_t)in.at; /* iconv writes nothing there */
	size_t left = in.len;
	bool flushed = false;

	while (!flushed && !out->cut) {
		char *to = block;
		size_t room = sizeof(block), result;
		int why;

		flushed = left == 0; /* some hold a letter back until they know what mark follows */
		result = flushed ? iconv(cd, NULL, NULL, &to, &room) : iconv(cd, &from, &left, &to, &room);
		why = errno;
		(void)buffer_append(out, bytes_of(block, sizeof(block) - room));
		if (result != (size_t)-1 || why == E2BIG)
			continue;
		(void)text_append_point(out, REPLACEMENT_POINT);
		if (why != EILSEQ || left == 0)
			return; /* cut in a character */
		from++;
		left--;
	}
}

static void
append_windows_1252(struct buffer *out, struct bytes in)
{
	for (size_t i = 0; i < in.len && !out->cut; i++) {
		uint32_t point = in.at[i];

		if (point >= 0x80 && point < 0xa0)
			point = windows_1252[point - 0x80] == 0 ? REPLACEMENT_POINT : windows_1252[point - 0x80];
		(void)text_append_point(out, point);
	}
}

bool
charset_append(struct buffer *out, struct bytes name, struct bytes in)
{
	const struct charset *charset = find(name);
	iconv_t cd;

	if (charset == NULL)
		return false;
	if (charset->kind == CHARSET_UTF8) {
		(void)buffer_append(out, in);
	} else if (charset->kind == CHARSET_ASCII) {
		charset_append_raw(out, in);
	} else if (charset->kind == CHARSET_WINDOWS_1252) {
		append_windows_1252(out, in);
	} else {
		cd = converter(charset->iconv);
		if (cd == (iconv_t)-1)
			return false;
		append_iconv(out, cd, in);
	}
	return true;
}

void
charset_append_raw(struct buffer *out, struct bytes in)
{
	size_t escape = bytes_find(in, 0x1b);

	if (escape != BYTES_NOWHERE && bytes_starts(bytes_skip(in, escape), BYTES("\x1b$B")) &&
	    charset_append(out, BYTES("iso-2022-jp"), in))
		return;
	if (text_is_utf8(in))
		(void)buffer_append(out, in);
	else
		append_windows_1252(out, in);
}

bool
charset_is_stateful(struct bytes name)
{
	const struct charset *charset = find(name);

	return charset != NULL && charset->kind == CHARSET_STATEFUL;
}
