/* SPDX-License-Identifier: Apache-2.0
 *
 * The charset of the text may be any. So where a title is mostly of ASCII letters, what is not ASCII in it is taken for
 * whatever stands there; titles of other letters are known in UTF-8 alone.
 */
#include "message/separator.h"

#include <string.h>

/* Dashes before a title, and underscores alone. */
#define DASHES_LEAST 5
#define UNDERSCORES_LEAST 32
#define LETTERS_LEAST 8

/* Between dashes: Gmail, Thunderbird, Yahoo, Outlook Express. */
static const char *const titles[] = { "Forwarded message", "Original message forwarded", "Weitergeleitete Nachricht",
	"Message transféré", "Message réexpédié", "Mensaje reenviado", "Missatge reenviat", "Messaggio inoltrato",
	"Messaggio Inoltrato", "Mensagem encaminhada", "Mensagem reencaminhada", "Doorgestuurd bericht",
	"Vidarebefordrat meddelande", "Videresendt melding", "Videresendt meddelelse", "Videresendt besked",
	"Välitetty viesti", "Edelleen lähetetty viesti", "Przekazana wiadomość", "Wiadomość przekazana dalej",
	"Přeposlaná zpráva", "Preposlaná správa", "Továbbított üzenet", "Proslijeđena poruka", "Prosleđena poruka",
	"Mesaj redirecționat", "Mesaj redirectionat", "İletilen mesaj", "Yönlendirilen ileti", "Iletilen mesaj",
	"Пересылаемое сообщение", "Пересланное сообщение", "Переслане повідомлення", "Препратено съобщение",
	"Προωθημένο μήνυμα", "הודעה שהועברה", "הודעה מועברת", "رسالة معاد توجيهها", "转发的消息", "转发邮件", "轉寄郵件",
	"轉寄的郵件", "转发邮件信息", "전달된 메시지", "전달된 메일", "転送メッセージ", "転送されたメッセージ", NULL };

/* Alone in their line: Apple Mail. */
static const char *const beginnings[] = { "Begin forwarded message:", "Anfang der weitergeleiteten Nachricht:",
	"Anfang der weitergeleiteten E-Mail:", "Début du message réexpédié :", "Début du message transféré :",
	"Inicio del mensaje reenviado:", "Inizio messaggio inoltrato:", "Início da mensagem reencaminhada:",
	"Início da mensagem encaminhada:", "Begin doorgestuurd bericht:", "Vidarebefordrat brev:",
	"Start på videresendt melding:", "Start på videresendt besked:", "Videresendt e-mail:", "Välitetty viesti alkaa:",
	"Początek przekazywanej wiadomości:", "Začátek přeposílané zprávy:", "Továbbított levél kezdete:",
	"İletilen ileti başlangıcı:", "Начало переадресованного сообщения:", "Далее пересланное сообщение:",
	"下面是被转发的邮件：", "開始轉寄郵件：", "転送されたメッセージ：", "전달된 메시지 시작:", NULL };

void
separator_init(struct separator *s, bool html)
{
	memset(s, 0, sizeof(*s));
	s->html = html;
}

static size_t
ascii_letters(struct bytes text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += (text.at[i] | 0x20) >= 'a' && (text.at[i] | 0x20) <= 'z';
	return n;
}

static size_t
step_over_others(struct bytes text, size_t i)
{
	while (i < text.len && text.at[i] >= 0x80)
		i++;
	return i;
}

/* Whether the text is the title. */
static bool
is_title(struct bytes text, struct bytes title)
{
	size_t i = 0, k = 0;

	if (bytes_equal_nocase(text, title))
		return true;
	if (ascii_letters(title) < LETTERS_LEAST)
		return false;
	while (i < text.len && k < title.len) {
		if (title.at[k] >= 0x80) {
			if (text.at[i] < 0x80)
				return false;
			i = step_over_others(text, i);
			k = step_over_others(title, k);
			continue;
		}
		if (!bytes_equal_nocase(bytes_of(text.at + i, 1), bytes_of(title.at + k, 1)))
			return false;
		i++;
		k++;
	}
	return i == text.len && k == title.len;
}

static bool
is_one_of(const char *const *list, struct bytes text)
{
	for (size_t i = 0; list[i] != NULL; i++)
		if (is_title(text, bytes_str(list[i])))
			return true;
	return false;
}

static size_t
run_of(struct bytes text, uint8_t octet)
{
	size_t n = 0;

	while (n < text.len && text.at[n] == octet)
		n++;
	return n;
}

static struct bytes
without_end(struct bytes text, uint8_t octet)
{
	while (text.len > 0 && text.at[text.len - 1] == octet)
		text.len--;
	return text;
}

/* ":", or "：" as in Chinese. */
static bool
ends_in_colon(struct bytes line)
{
	return line.at[line.len - 1] == ':' || line.at[line.len - 1] == 0x9a;
}

static enum body_separator
judge(struct bytes line)
{
	size_t dashes;

	line = bytes_trim(line);
	if (line.len < DASHES_LEAST)
		return SEPARATOR_NONE;
	if (line.at[0] == '_')
		return run_of(line, '_') == line.len && line.len >= UNDERSCORES_LEAST ? SEPARATOR_UNDERSCORES : SEPARATOR_NONE;
	dashes = run_of(line, '-');
	/* All of them end in a colon, which few lines do: this is asked of every line of every text. */
	if (dashes == 0)
		return ends_in_colon(line) && is_one_of(beginnings, line) ? SEPARATOR_FORWARDED : SEPARATOR_NONE;
	if (dashes < DASHES_LEAST)
		return SEPARATOR_NONE;
	line = without_end(bytes_trim(bytes_skip(line, dashes)), '-');
	return is_one_of(titles, bytes_trim(line)) ? SEPARATOR_FORWARDED : SEPARATOR_NONE;
}

static void
end_line(struct separator *s)
{
	if (!s->too_long && s->line_len > 0) {
		enum body_separator found = judge(bytes_of(s->line, s->line_len));

		if (found > s->found)
			s->found = found;
	}
	s->line_len = 0;
	s->too_long = false;
}

static void
keep(struct separator *s, struct bytes piece)
{
	if (s->too_long || piece.len > sizeof(s->line) - s->line_len) {
		s->too_long = true;
		return;
	}
	if (piece.len > 0)
		memcpy(s->line + s->line_len, piece.at, piece.len);
	s->line_len += piece.len;
}

/* How far the line goes on; text.len when its end has not come. */
static size_t
line_end(const struct separator *s, struct bytes text)
{
	const uint8_t *end = text.len > 0 ? memchr(text.at, '\n', text.len) : NULL;
	size_t len = end != NULL ? (size_t)(end - text.at) : text.len;

	for (size_t i = 0; s->html && i < len; i++)
		if (text.at[i] == '<' || text.at[i] == '>')
			return i;
	return len;
}

void
separator_push(struct separator *s, struct bytes text)
{
	if (s->found == SEPARATOR_FORWARDED || s->scanned >= SEPARATOR_SCANNED_MAX)
		return;
	text = bytes_first(text, SEPARATOR_SCANNED_MAX - s->scanned);
	s->scanned += text.len;
	while (text.len > 0) {
		size_t len = line_end(s, text);

		keep(s, bytes_first(text, len));
		if (len == text.len)
			return;
		end_line(s);
		text = bytes_skip(text, len + 1);
	}
}

enum body_separator
separator_finish(struct separator *s)
{
	end_line(s);
	return s->found;
}
