/* SPDX-License-Identifier: Apache-2.0
 *
 * Case is folded for ASCII only, so words in other letters stand here in the cases in which they are met. "VS:" is left
 * out: in Danish and Norwegian it begins a forward, in Finnish an answer.
 */
#include "detect/forward_subject.h"

static const char *const forwards[] = { "Fwd", "Fw", "WG", "TR", "RV", "ENC", "PD", "VB", "Videresend", "VL", "Redir.",
	"İLT", "ILT", "转发", "轉寄", "Doorst", "Továbbítás", "Tovább", "TOVÁBB", "ΠΡΘ", "הועבר", "FS", "FRS", "YML", NULL };

static const char *const replies[] = { "Re", "AW", "SV", "VS", "Antw", "Antwort", "RIF", "R", "ODP", "YNT", "VÁ", "BLS",
	"RES", "ΑΠ", "ΣΧΕΤ", "回复", "答复", "回覆", "返信", "Отв", NULL };

/* Italian: one letter, and not a word that other programs use. */
static const char *const outlook_forwards[] = { "I", NULL };

static const char *const auto_replies[] = { "Automatic reply", "Auto reply", "Auto-reply", "Autoreply", "Out of Office",
	"Automatische Antwort", "Abwesenheitsnotiz", "Réponse automatique", "Respuesta automática", "Risposta automatica",
	"Resposta automática", "Automatisch antwoord", "Autosvar", "Automatisk svar", "Automaattinen vastaus",
	"Odpowiedź automatyczna", "Automatická odpověď", "Automatikus válasz", "Otomatik yanıt", "Автоматический ответ",
	"自动答复", "自動回覆", "自動応答", NULL };

/* How far behind the words of an automatic reply its colon may stand ("Out of Office AutoReply: ..."). */
#define COLON_WITHIN 12

#define FULL_WIDTH_COLON "："

static bool
starts_with_colon(struct bytes text)
{
	return bytes_starts(text, BYTES(":")) || bytes_starts(text, BYTES(FULL_WIDTH_COLON));
}

/* Whether "[2]" or blanks, then a colon follow. */
static bool
colon_follows(struct bytes text)
{
	size_t end = text.len > 0 && text.at[0] == '[' ? bytes_find(bytes_first(text, 6), ']') : BYTES_NOWHERE;

	if (end != BYTES_NOWHERE)
		text = bytes_skip(text, end + 1);
	return starts_with_colon(bytes_trim(text));
}

static bool
begins_with_prefix(struct bytes text, const char *const *list)
{
	for (size_t i = 0; list[i] != NULL; i++) {
		struct bytes prefix = bytes_str(list[i]);

		if (bytes_starts_nocase(text, prefix) && colon_follows(bytes_skip(text, prefix.len)))
			return true;
	}
	return false;
}

/* "[EXTERNAL] FW: ...", "[users] Fwd: ..." */
static struct bytes
without_tag(struct bytes subject)
{
	size_t end;

	subject = bytes_trim(subject);
	if (subject.len > 0 && subject.at[0] == '[' && (end = bytes_find(subject, ']')) != BYTES_NOWHERE)
		subject = bytes_trim(bytes_skip(subject, end + 1));
	return subject;
}

bool
forward_subject_is_reply(struct bytes subject)
{
	return begins_with_prefix(without_tag(subject), replies);
}

bool
forward_subject_is_forward(struct bytes subject, bool outlook)
{
	subject = without_tag(subject);
	return begins_with_prefix(subject, forwards) || (outlook && begins_with_prefix(subject, outlook_forwards));
}

bool
forward_subject_is_auto_reply(struct bytes subject)
{
	subject = bytes_trim(subject);
	for (size_t i = 0; auto_replies[i] != NULL; i++) {
		struct bytes words = bytes_str(auto_replies[i]), rest = bytes_skip(subject, words.len);

		if (!bytes_starts_nocase(subject, words))
			continue;
		rest = bytes_first(rest, COLON_WITHIN);
		if (bytes_find(rest, ':') != BYTES_NOWHERE ||
		    bytes_find_nocase(rest, BYTES(FULL_WIDTH_COLON)) != BYTES_NOWHERE)
			return true;
	}
	return false;
}
