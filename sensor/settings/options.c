/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows stand in the order of the manual and of config/mailtapd.yaml, section by section.
 */
#include "settings/options.h"

#include <stdio.h>
#include <string.h>

#include "capture/filter.h"
#include "settings/allow_text.h"

#define SCALAR(member) .offset = offsetof(struct settings, member), .width = sizeof(((struct settings *)NULL)->member)
#define LIST(pointer, count)                                                                                           \
	.offset = offsetof(struct settings, pointer), .width = sizeof(((struct settings *)NULL)->pointer),             \
	.len_offset = offsetof(struct settings, count)
#define NAMES(member) LIST(member.at, member.len)
#define ALLOW(member) OPTION_ALLOW, LIST(member.at, member.len), LIVE, .standard = ""
#define RANGE(least, most) .min = (least), .max = (most)
#define LIVE .reload = OPTION_ON_RELOAD

#define KIB(n) ((uint64_t)(n) << 10)
#define MIB(n) ((uint64_t)(n) << 20)
#define GIB(n) ((uint64_t)(n) << 30)
#define MS(n) ((uint64_t)(n)*1000)
#define S(n) ((uint64_t)(n)*1000000)
#define DAYS(n) ((uint64_t)(n)*86400 * 1000000)

static const struct choice worker_choices[] = { { "auto", 0 }, { NULL, 0 } };
static const struct choice checksum_choices[] = { { "ignore", false }, { "verify", true }, { NULL, 0 } };
static const struct choice publish_choices[] = { { "alerts", PUBLISH_ALERTS }, { "events", PUBLISH_EVENTS },
	{ "all", PUBLISH_ALL }, { NULL, 0 } };
static const struct choice privacy_choices[] = { { "clear", PRIVACY_CLEAR }, { "hashed", PRIVACY_HASHED },
	{ "off", PRIVACY_OFF }, { NULL, 0 } };
static const struct choice dataset_choices[] = { { "mailtap.session", 0 }, { "mailtap.message", 0 },
	{ "mailtap.login", 0 }, { "mailtap.tls", 0 }, { "mailtap.script", 0 }, { "mailtap.service", 0 },
	{ "mailtap.anomaly", 0 }, { "mailtap.stats", 0 }, { NULL, 0 } };
static const struct choice level_choices[] = { { "error", 0 }, { "warning", 0 }, { "info", 0 }, { "debug", 0 },
	{ NULL, 0 } };
static const struct choice target_choices[] = { { "auto", 0 }, { "stderr", 0 }, { "syslog", 0 }, { NULL, 0 } };

static bool
is_filter(const char *text, struct refusal *why)
{
	char error[256];

	return text[0] == '\0' || filter_check(text, error, sizeof(error)) ||
	       refuse(why, text, "is not a pcap filter (%s): see pcap-filter(7)", error);
}

static bool
is_prefix(const char *text, struct refusal *why)
{
	for (const char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ')
			return refuse(why, text, "holds a blank: key names are written without");
	return text[0] != '\0' || refuse(why, text, "is empty: write for example mailtap");
}

static bool
is_tunnel(const char *text, struct refusal *why)
{
	uint32_t wanted = 0;
	char list[256] = "";
	size_t used = 0;

	if (tunnel_want(bytes_str(text), &wanted))
		return true;
	for (int t = 0; t < TUNNELS && used < sizeof(list); t++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, ", %s", tunnel_name((enum tunnel)t));
	return refuse(why, text, "is no tunnel known here: write all%s", list);
}

static bool
is_interface(const char *text, struct refusal *why)
{
	return (text[0] != '\0' && strpbrk(text, " /") == NULL && strlen(text) < 64) ||
	       refuse(why, text, "is not an interface: write a name that `ip link` shows");
}

static bool
is_socket_path(const char *text, struct refusal *why)
{
	return (strlen(text) < 108 && (text[0] == '\0' || text[0] == '/')) ||
	       refuse(why, text, "cannot be a socket: write an absolute path of at most 107 octets");
}

static bool
is_not_empty(const char *text, struct refusal *why)
{
	return text[0] != '\0' || refuse(why, text, "is empty: leave it out, or write its value");
}

#define FREEMAIL                                                                                                       \
	"gmail.com, googlemail.com, outlook.com, outlook.de, outlook.fr, hotmail.com, hotmail.co.uk, hotmail.de, "     \
	"hotmail.fr, hotmail.it, live.com, live.co.uk, live.nl, msn.com, yahoo.com, yahoo.co.uk, yahoo.co.jp, "        \
	"yahoo.co.in, yahoo.com.br, yahoo.de, yahoo.es, yahoo.fr, yahoo.it, ymail.com, rocketmail.com, aol.com, "      \
	"icloud.com, me.com, mac.com, proton.me, protonmail.com, protonmail.ch, pm.me, tuta.com, tuta.io, "            \
	"tutanota.com, tutanota.de, keemail.me, gmx.com, gmx.net, gmx.de, gmx.at, gmx.ch, web.de, freenet.de, "        \
	"t-online.de, posteo.de, mailbox.org, mail.com, email.com, zoho.com, zohomail.com, zohomail.eu, "              \
	"fastmail.com, fastmail.fm, hushmail.com, mail.ru, bk.ru, inbox.ru, list.ru, internet.ru, yandex.ru, "         \
	"yandex.com, ya.ru, rambler.ru, ukr.net, i.ua, qq.com, foxmail.com, 163.com, 126.com, yeah.net, sina.com, "    \
	"sohu.com, aliyun.com, naver.com, daum.net, hanmail.net, rediffmail.com, orange.fr, wanadoo.fr, free.fr, "     \
	"laposte.net, sfr.fr, libero.it, virgilio.it, tiscali.it, seznam.cz, email.cz, centrum.cz, wp.pl, o2.pl, "     \
	"onet.pl, interia.pl, abv.bg, mail.bg, uol.com.br, bol.com.br, terra.com.br, comcast.net, verizon.net, "       \
	"att.net, sbcglobal.net, btinternet.com, cock.li, disroot.org, riseup.net, yopmail.com, mailinator.com, "      \
	"guerrillamail.com"

const struct option options[] = {
	{ "sensor_name", OPTION_TEXT, SCALAR(sensor_name), .standard = "",
	    .help = "Name of this sensor in every document (observer.name); empty: the host name." },
	{ "home_networks", OPTION_NETWORKS, LIST(site.home.at, site.home.len), LIVE,
	    .standard = "10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, 169.254.0.0/16, 127.0.0.0/8, "
			"::1/128, fc00::/7, fe80::/10",
	    .help = "The organisation's own networks; every other address is external. Add its public ones." },
	{ "local_domains", OPTION_DOMAINS, NAMES(site.local_domains), LIVE, .standard = "",
	    .help = "The organisation's mail domains; a mailbox in one of them or below it is local, any other an "
		    "outsider's." },
	{ "roles.mail_servers", ALLOW(site.roles[ROLE_MAIL_SERVER]), .check = allow_is_network,
	    .help = "Hosts that send mail to the outside for others; those that take mail are known by it." },
	{ "roles.webmail", ALLOW(site.roles[ROLE_WEBMAIL]), .check = allow_is_network,
	    .help = "Hosts from whose address all users of a webmail front end come." },
	{ "roles.nat", ALLOW(site.roles[ROLE_NAT]), .check = allow_is_network,
	    .help = "Addresses that many people share." },
	{ "roles.backup", ALLOW(site.roles[ROLE_BACKUP]), .check = allow_is_network,
	    .help = "Hosts that read whole mailboxes to keep them." },
	{ "roles.migration", ALLOW(site.roles[ROLE_MIGRATION]), .check = allow_is_network,
	    .help = "Hosts that move whole mailboxes, each for as long as it takes." },
	{ "include", OPTION_TEXTS, NAMES(include), LIVE, .standard = "rules/*.yaml", .check = is_not_empty,
	    .help = "Rule files as shell patterns, relative to the configuration file; without any, the built-in "
		    "rules serve." },

	{ "capture.interfaces", OPTION_TEXTS, NAMES(capture.interfaces), .standard = "", .check = is_interface,
	    .help = "Interfaces to capture on; the option -i of mailtapd replaces them." },
	{ "capture.promiscuous", OPTION_BOOL, SCALAR(capture.source.promiscuous), .standard = "true",
	    .help = "Also take frames that are addressed to others, as on a span or tap port." },
	{ "capture.snaplen", OPTION_SIZE, SCALAR(capture.source.snaplen), .standard = "256KiB", RANGE(64, KIB(256)),
	    .help = "Octets kept of each frame; what is cut off is missing from the conversation." },
	{ "capture.ring_size", OPTION_SIZE, SCALAR(capture.source.ring_size), .standard = "64MiB",
	    RANGE(KIB(64), GIB(1)), .help = "Kernel buffer of each interface; more of it rides out longer bursts." },
	{ "capture.block_timeout", OPTION_DURATION, SCALAR(capture.source.block_timeout), .standard = "10ms",
	    RANGE(MS(1), S(10)), .help = "How long the kernel may gather frames before it hands them over." },
	{ "capture.immediate", OPTION_BOOL, SCALAR(capture.source.immediate), .standard = "false",
	    .help = "Hand each frame over at once: less delay, more work; for tests and quiet links." },
	{ "capture.filter", OPTION_TEXT, SCALAR(capture.filter), .standard = "", .check = is_filter,
	    .help = "Filter (pcap-filter(7)) instead of the one made from capture.ports; empty: that one when live, "
		    "none for files." },
	{ "capture.ports", OPTION_PORTS, LIST(capture.ports, capture.port_count),
	    .standard = "24, 25, 26, 110, 143, 465, 587, 993, 995, 2525, 4190",
	    .help =
		"TCP ports of mail servers: what live capture passes, and who is the server when no SYN was seen." },
	{ "capture.decapsulate", OPTION_TEXTS, NAMES(capture.decapsulate), .standard = "all", .check = is_tunnel,
	    .help = "Tunnels that are opened, by name (see mailtapd(8)), or all; the packet inside makes the connection." },
	{ "capture.checksums", OPTION_CHOICE, SCALAR(decode.verify_checksums), .standard = "ignore",
	    .choices = checksum_choices,
	    .help = "Whether packets with a wrong checksum are left out; ignore them where the tap shows its own host." },
	{ "capture.fragments.max", OPTION_INTEGER, SCALAR(decode.fragments.max), .standard = "4096", RANGE(1, 1000000),
	    .unit = "datagrams", .help = "Datagrams in parts that may wait for the rest at once; the oldest gives way." },
	{ "capture.fragments.memory", OPTION_SIZE, SCALAR(decode.fragments.memory), .standard = "16MiB",
	    RANGE(KIB(64), GIB(1)), .help = "Memory for them all together." },
	{ "capture.fragments.timeout", OPTION_DURATION, SCALAR(decode.fragments.timeout), .standard = "30s",
	    RANGE(MS(100), S(3600)), .help = "Age at which an incomplete datagram is given up." },
	{ "capture.workers", OPTION_INTEGER, SCALAR(capture.workers), .standard = "auto", RANGE(1, 64), .unit = "threads",
	    .choices = worker_choices,
	    .help = "Threads that share the frames of live interfaces; auto: one less than the processors that may be "
		    "used, at least one." },
	{ "capture.processors", OPTION_NUMBERS, LIST(capture.processors, capture.processor_count), .standard = "",
	    RANGE(0, 1023),
	    .help = "Processors that the workers stay on, one after the other; empty: the kernel places them." },
	{ "capture.queue_size", OPTION_SIZE, SCALAR(capture.queue_size), .standard = "16MiB", RANGE(MIB(1), GIB(1)),
	    .help = "Observations of each worker that may wait for being judged; what finds no room is lost, and said." },
	{ "capture.batch", OPTION_INTEGER, SCALAR(capture.batch), .standard = "256", RANGE(1, 100000), .unit = "frames",
	    .help = "Frames taken from an interface before timers and signals get their turn." },
	{ "capture.retry_min", OPTION_DURATION, SCALAR(capture.retry_min), .standard = "1s", RANGE(MS(10), S(3600)),
	    .help = "First wait before an interface that went away is opened again; doubles each time." },
	{ "capture.retry_max", OPTION_DURATION, SCALAR(capture.retry_max), .standard = "1m", RANGE(MS(10), S(3600)),
	    .help = "Longest wait before an interface that went away is opened again." },

	{ "flow.max", OPTION_INTEGER, SCALAR(flow.max), .standard = "2000000", RANGE(16, 16000000),
	    .unit = "connections",
	    .help = "Connections followed at once; at the ceiling the least established gives way." },
	{ "flow.max_embryonic", OPTION_INTEGER, SCALAR(flow.max_embryonic), .standard = "100000", RANGE(16, 16000000),
	    .unit = "connections",
	    .help = "Of these, connections that were only asked for; at the ceiling the oldest gives way: a SYN flood." },
	{ "flow.idle_timeout", OPTION_DURATION, SCALAR(flow.idle_timeout), .standard = "35m", RANGE(S(1), DAYS(30)),
	    .help =
		"Silence after which an established connection is taken for ended; IMAP IDLE may last 29 minutes." },
	{ "flow.embryonic_timeout", OPTION_DURATION, SCALAR(flow.embryonic_timeout), .standard = "30s",
	    RANGE(MS(100), DAYS(1)),
	    .help = "Silence after which a connection that was never established is forgotten." },
	{ "flow.closed_timeout", OPTION_DURATION, SCALAR(flow.closed_timeout), .standard = "5s", RANGE(0, DAYS(1)),
	    .help = "How long a closed connection is remembered for late segments." },
	{ "flow.vlan_in_key", OPTION_BOOL, SCALAR(flow.vlan_in_key), .standard = "false",
	    .help = "Take the same addresses and ports in two VLANs for two connections." },
	{ "flow.count_duplicates", OPTION_BOOL, SCALAR(flow.count_duplicates), .standard = "false",
	    .help = "Count a packet twice that a span of two ports delivered twice." },

	{ "stream.waiting_per_flow", OPTION_SIZE, SCALAR(stream.waiting_per_flow), .standard = "1MiB",
	    RANGE(KIB(4), GIB(1)),
	    .help = "Octets of one connection that may wait for missing or unanswered ones before them." },
	{ "stream.waiting_total", OPTION_SIZE, SCALAR(stream.waiting_total), .standard = "256MiB",
	    RANGE(KIB(4), GIB(64)), .help = "The same for all connections together." },
	{ "stream.reorder_packets", OPTION_INTEGER, SCALAR(stream.reorder_packets), .standard = "64", RANGE(0, 100000),
	    .unit = "packets",
	    .help = "How many packets later a stretch that the peer has acknowledged may still turn up." },
	{ "stream.reorder_time", OPTION_DURATION, SCALAR(stream.reorder_time), .standard = "1s", RANGE(0, S(300)),
	    .help = "How much later a stretch that the peer has acknowledged may still turn up." },

	{ "protocol.line", OPTION_SIZE, SCALAR(protocol.line), .standard = "16KiB", RANGE(64, MIB(1)),
	    .help = "Octets kept of a command or reply line." },
	{ "protocol.commands", OPTION_INTEGER, SCALAR(protocol.commands), .standard = "1000", RANGE(1, 100000),
	    .unit = "entries", .help = "Commands, and reply codes, kept for the report on a connection." },
	{ "protocol.recipients", OPTION_INTEGER, SCALAR(protocol.recipients), .standard = "1000", RANGE(1, 100000),
	    .unit = "recipients", .help = "Envelope recipients kept of a message." },
	{ "protocol.unknown_commands", OPTION_INTEGER, SCALAR(protocol.unknown_commands), .standard = "20",
	    RANGE(1, 10000), .unit = "commands",
	    .help = "Unknown commands in a row after which a connection is only counted." },
	{ "protocol.pending", OPTION_INTEGER, SCALAR(protocol.pending), .standard = "2000", RANGE(1, 100000),
	    .unit = "commands", .help = "Commands of a connection that may await their reply." },
	{ "protocol.folders", OPTION_INTEGER, SCALAR(protocol.folders), .standard = "200", RANGE(1, 100000),
	    .unit = "folders", .help = "Mail folders of a connection that are kept track of; more are counted." },
	{ "protocol.ranges", OPTION_INTEGER, SCALAR(protocol.ranges), .standard = "4096", RANGE(1, 1000000),
	    .unit = "ranges",
	    .help = "Runs of messages of a folder that are told apart; beyond, one read again counts again." },
	{ "protocol.uidls", OPTION_INTEGER, SCALAR(protocol.uidls), .standard = "4096", RANGE(1, 1000000),
	    .unit = "entries",
	    .help = "Unique names (UIDL) kept of a POP3 mailbox; messages beyond are told of without theirs." },
	{ "protocol.inflate_ratio", OPTION_INTEGER, SCALAR(protocol.inflate_ratio), .standard = "300", RANGE(1, 100000),
	    .unit = "octets",
	    .help = "What may come out for one octet of a compressed connection, past its first MiB; more is a bomb." },
	{ "protocol.observations", OPTION_INTEGER, SCALAR(protocol.observations), .standard = "100", RANGE(0, 100000),
	    .unit = "anomalies", .help = "Anomalies reported of one connection; more are counted." },

	{ "message.headers", OPTION_TEXTS, NAMES(message_headers), LIVE, .standard = "", .check = value_is_field_name,
	    .help = "Names of further header fields to put into mailtap.headers; one that ends in * asks for all that "
		    "begin so." },
	{ "message.header_bytes", OPTION_SIZE, SCALAR(message.header_bytes), .standard = "256KiB",
	    RANGE(KIB(1), MIB(16)), .help = "Octets of a header block that are read; what lies beyond is skipped." },
	{ "message.header_fields", OPTION_INTEGER, SCALAR(message.header_fields), .standard = "200", RANGE(1, 10000),
	    .unit = "fields", .help = "Header fields kept for the rules, and for mailtap.headers." },
	{ "message.value_bytes", OPTION_SIZE, SCALAR(message.value_bytes), .standard = "16KiB", RANGE(64, MIB(1)),
	    .help = "Octets kept of one value, such as a subject." },
	{ "message.addresses", OPTION_INTEGER, SCALAR(message.addresses), .standard = "1000", RANGE(1, 100000),
	    .unit = "addresses", .help = "Addresses kept of one header field." },
	{ "message.received", OPTION_INTEGER, SCALAR(message.received), .standard = "20", RANGE(0, 1000), .unit = "fields",
	    .help = "Received fields kept of a message, in mailtap.received; 0: they are only counted." },
	{ "message.parts", OPTION_INTEGER, SCALAR(message.parts), .standard = "1000", RANGE(1, 100000), .unit = "parts",
	    .help = "MIME parts listed of a message." },
	{ "message.nesting", OPTION_INTEGER, SCALAR(message.nesting), .standard = "20", RANGE(1, 200), .unit = "levels",
	    .help = "Depth to which multiparts and enclosed messages are opened." },
	{ "message.hash_bytes", OPTION_SIZE, SCALAR(message.hash_bytes), .standard = "256MiB", RANGE(0, GIB(64)),
	    .help = "Octets of a part's content that are hashed; a longer part is marked as such." },
	{ "message.urls", OPTION_INTEGER, SCALAR(message.urls), .standard = "0", RANGE(0, 200), .unit = "addresses",
	    .help = "Web addresses kept of the text of a message, in mailtap.urls; 0: nothing of the text is looked at." },
	{ "message.hash_message", OPTION_BOOL, SCALAR(message.hash_message), .standard = "true",
	    .help = "SHA-1 and SHA-256 of each message as transferred." },
	{ "message.hash_attachments", OPTION_BOOL, SCALAR(message.hash_attachments), .standard = "true",
	    .help = "MD5 and SHA-256 of each part's decoded content." },
	{ "message.hash_sha1", OPTION_BOOL, SCALAR(message.hash_sha1), .standard = "true",
	    .help = "SHA-1 of each part's decoded content too." },

	{ "events.session_update", OPTION_DURATION, SCALAR(events.session_update), .standard = "1h", RANGE(0, DAYS(30)),
	    .help = "Time between reports on a connection while it lives; 0: only at its end." },
	{ "events.volume_step", OPTION_SIZE, SCALAR(events.volume_step), .standard = "256KiB", RANGE(KIB(1), GIB(1)),
	    .help = "Payload after which a living connection is judged anew." },
	{ "events.stats_interval", OPTION_DURATION, SCALAR(events.stats_interval), .standard = "1m", RANGE(0, DAYS(1)),
	    .help = "Time between mailtap.stats events; 0: none." },

	{ "limits.memory", OPTION_SIZE, SCALAR(memory), .standard = "1GiB", RANGE(MIB(64), GIB(1024)),
	    .help = "Memory the whole process may take; when connections need more, the least worthy and longest silent give "
		    "way." },
	{ "limits.loss_alert", OPTION_RATIO, SCALAR(detect.sensor_loss.share), LIVE, .standard = "0.01", RANGE(0, 1),
	    .help = "Share of packets, observations or octets missed above which sensor_loss is raised; 1: never." },
	{ "limits.loss_window", OPTION_DURATION, SCALAR(detect.sensor_loss.window), LIVE, .standard = "5m",
	    RANGE(S(1), DAYS(1)), .help = "Length of the sliding window over which that share is taken." },

	{ "detect.alerts.keys", OPTION_INTEGER, SCALAR(detect.alerts.keys), .standard = "100000", RANGE(16, 10000000),
	    .unit = "findings", .help = "Findings remembered, so that a repeated one is counted and not said again." },
	{ "detect.alerts.forget", OPTION_DURATION, SCALAR(detect.alerts.forget), .standard = "1d",
	    RANGE(S(1), DAYS(365)), .help = "Silence after which a finding that turns up again is a new one." },
	{ "detect.alerts.window", OPTION_DURATION, SCALAR(detect.alerts.window), .standard = "1h", RANGE(0, DAYS(365)),
	    .help = "After so long, what repetitions were held back of a finding is summed up in one alert; 0: only at the stop." },
	{ "detect.alerts.case", OPTION_DURATION, SCALAR(detect.alerts.span), .standard = "1d", RANGE(S(1), DAYS(365)),
	    .help = "Alerts about one account or client belong to one case until it is silent for so long." },
	{ "detect.alerts.cases", OPTION_INTEGER, SCALAR(detect.alerts.cases), .standard = "4096", RANGE(16, 1000000),
	    .unit = "cases", .help = "Cases remembered at once; the one silent longest gives way." },

	{ "detect.memory", OPTION_SIZE, SCALAR(detect.memory), LIVE, .standard = "64MiB", RANGE(MIB(1), GIB(64)),
	    .help = "Memory for what detectors remember of clients, accounts and servers, at most a sixteenth of limits.memory; "
		    "the longest unused gives way." },
	{ "detect.learning", OPTION_DURATION, SCALAR(detect.learning), LIVE, .standard = "7d", RANGE(0, DAYS(365)),
	    .help = "How long what is usual is learnt before something is unusual; 0: everything new is." },
	{ "detect.allow", ALLOW(detect.allow),
	    .help = "What no detector is to say anything about: networks, accounts or domains, until when and why." },

	{ "detect.upload_asymmetry.enabled", OPTION_BOOL, SCALAR(detect.upload_asymmetry.enabled), LIVE,
	    .standard = "true", .help = "Alert when a client sends an external server far more than it receives." },
	{ "detect.upload_asymmetry.pcr", OPTION_RATIO, SCALAR(detect.upload_asymmetry.pcr), LIVE, .standard = "0.8",
	    RANGE(0, 1),
	    .help =
		"Producer/consumer ratio from which on: (sent - received) / (sent + received), seen from the client." },
	{ "detect.upload_asymmetry.bytes", OPTION_SIZE, SCALAR(detect.upload_asymmetry.bytes), LIVE,
	    .standard = "10MiB", RANGE(1, GIB(1024)), .help = "Payload that a connection must have sent at least." },
	{ "detect.upload_asymmetry.pair_bytes", OPTION_SIZE, SCALAR(detect.upload_asymmetry.pair_bytes), LIVE,
	    .standard = "50MiB", RANGE(1, GIB(1024)),
	    .help = "Payload that all connections of a client to a server must have sent within the window." },
	{ "detect.upload_asymmetry.window", OPTION_DURATION, SCALAR(detect.upload_asymmetry.window), LIVE,
	    .standard = "1h", RANGE(S(1), DAYS(30)),
	    .help = "Length of the sliding window over the connections of a client and a server." },
	{ "detect.upload_asymmetry.pairs", OPTION_INTEGER, SCALAR(detect.upload_asymmetry.pairs), LIVE,
	    .standard = "65536", RANGE(16, 10000000), .unit = "pairs",
	    .help = "Pairs of client and server remembered." },
	{ "detect.upload_asymmetry.allow_clients", OPTION_NETWORKS,
	    LIST(detect.upload_asymmetry.allow_clients.at, detect.upload_asymmetry.allow_clients.len), LIVE,
	    .standard = "", .help = "Clients that may send as much as they like: outgoing mail servers, backups." },
	{ "detect.upload_asymmetry.allow_servers", OPTION_NETWORKS,
	    LIST(detect.upload_asymmetry.allow_servers.at, detect.upload_asymmetry.allow_servers.len), LIVE,
	    .standard = "", .help = "Servers that may be sent as much as anybody likes: a smart host, an archive." },
	{ "detect.upload_asymmetry.allow", ALLOW(detect.upload_asymmetry.allow),
	    .help = "Clients or servers whose uploads are approved." },

	{ "detect.starttls_stripped.enabled", OPTION_BOOL, SCALAR(detect.starttls_stripped.enabled), LIVE, .standard = "true",
	    .help = "Alert when a server's offer to encrypt is taken out of the dialogue." },
	{ "detect.starttls_stripped.memory", OPTION_DURATION, SCALAR(detect.starttls_stripped.memory), LIVE, .standard = "30d",
	    RANGE(S(1), DAYS(3650)), .help = "How long an earlier offer of a server counts." },
	{ "detect.starttls_stripped.servers", OPTION_INTEGER, SCALAR(detect.starttls_stripped.servers), LIVE,
	    .standard = "65536", RANGE(16, 10000000), .unit = "servers", .help = "Servers whose offers are remembered." },
	{ "detect.starttls_stripped.allow_clients", OPTION_NETWORKS,
	    LIST(detect.starttls_stripped.allow_clients.at, detect.starttls_stripped.allow_clients.len), LIVE,
	    .standard = "", .help = "Clients to whom TLS need not be offered." },
	{ "detect.starttls_stripped.allow_servers", OPTION_NETWORKS,
	    LIST(detect.starttls_stripped.allow_servers.at, detect.starttls_stripped.allow_servers.len), LIVE,
	    .standard = "", .help = "Servers that offer TLS to some clients only." },
	{ "detect.starttls_stripped.allow", ALLOW(detect.starttls_stripped.allow),
	    .help = "Clients or servers of which a missing offer is known." },

	{ "detect.cleartext_credentials.enabled", OPTION_BOOL, SCALAR(detect.cleartext_credentials.enabled), LIVE,
	    .standard = "true", .help = "Alert when a login crosses the wire readable." },
	{ "detect.cleartext_credentials.servers", OPTION_INTEGER, SCALAR(detect.cleartext_credentials.servers), LIVE,
	    .standard = "65536", RANGE(16, 10000000), .unit = "servers",
	    .help = "Servers whose offers to encrypt are remembered." },
	{ "detect.cleartext_credentials.allow_clients", OPTION_NETWORKS,
	    LIST(detect.cleartext_credentials.allow_clients.at, detect.cleartext_credentials.allow_clients.len), LIVE,
	    .standard = "", .help = "Clients that may log in readable: devices that cannot do better." },
	{ "detect.cleartext_credentials.allow_servers", OPTION_NETWORKS,
	    LIST(detect.cleartext_credentials.allow_servers.at, detect.cleartext_credentials.allow_servers.len), LIVE,
	    .standard = "", .help = "Servers that may be logged in to readable." },
	{ "detect.cleartext_credentials.allow", ALLOW(detect.cleartext_credentials.allow),
	    .help = "Clients, servers or accounts whose logins may be readable." },

	{ "detect.auto_forward.enabled", OPTION_BOOL, SCALAR(detect.auto_forward.enabled), LIVE, .standard = "true",
	    .help = "Alert when a mailbox's mail is forwarded to an outsider automatically." },
	{ "detect.auto_forward.confidence", OPTION_RATIO, SCALAR(detect.auto_forward.confidence), LIVE,
	    .standard = "0.5", RANGE(0, 1), .help = "Confidence from which on the evidence raises an alert." },
	{ "detect.auto_forward.confidence_high", OPTION_RATIO, SCALAR(detect.auto_forward.confidence_high), LIVE,
	    .standard = "0.85", RANGE(0, 1), .help = "Confidence from which on the alert is of high severity." },
	{ "detect.auto_forward.allow_targets", OPTION_MAILBOXES, NAMES(detect.auto_forward.allow_targets), LIVE,
	    .standard = "", .help = "Addresses or domains that mail may be forwarded to." },
	{ "detect.auto_forward.allow_senders", OPTION_MAILBOXES, NAMES(detect.auto_forward.allow_senders), LIVE,
	    .standard = "", .help = "Mailboxes or domains whose forwarding is approved." },
	{ "detect.auto_forward.freemail", OPTION_DOMAINS, NAMES(detect.auto_forward.freemail), LIVE,
	    .standard = FREEMAIL, .help = "Domains where anybody has a mailbox: forwarding there weighs more." },
	{ "detect.auto_forward.allow", ALLOW(detect.auto_forward.allow),
	    .help = "Clients, servers, mailboxes or targets whose forwarding is approved." },

	{ "detect.forward_correlated.enabled", OPTION_BOOL, SCALAR(detect.forward_correlated.enabled), LIVE, .standard = "true",
	    .help = "Alert when a message that came in for a mailbox goes out again to an outsider." },
	{ "detect.forward_correlated.window", OPTION_DURATION, SCALAR(detect.forward_correlated.window), LIVE, .standard = "15m", RANGE(S(1), DAYS(1)),
	    .help = "How long after it came in." },
	{ "detect.forward_correlated.allow", ALLOW(detect.forward_correlated.allow),
	    .help = "Clients, mailboxes or targets whose redirecting is approved." },

	{ "detect.forward_fan_in.enabled", OPTION_BOOL, SCALAR(detect.forward_fan_in.enabled), LIVE, .standard = "true",
	    .help = "Alert when several mailboxes are forwarded to one outside address." },
	{ "detect.forward_fan_in.mailboxes", OPTION_INTEGER, SCALAR(detect.forward_fan_in.mailboxes), LIVE, .standard = "3", RANGE(2, 1000000), .unit = "mailboxes",
	    .help = "Mailboxes forwarded to one address within the window from which on it is said." },
	{ "detect.forward_fan_in.window", OPTION_DURATION, SCALAR(detect.forward_fan_in.window), LIVE, .standard = "7d", RANGE(S(60), DAYS(90)),
	    .help = "Length of the sliding window." },
	{ "detect.forward_fan_in.allow", ALLOW(detect.forward_fan_in.allow),
	    .help = "Clients, mailboxes or targets whose forwarding is approved." },

	{ "detect.forward_ratio.enabled", OPTION_BOOL, SCALAR(detect.forward_ratio.enabled), LIVE, .standard = "true",
	    .help = "Alert when machines forward mailboxes to outsiders, and their people hardly do." },
	{ "detect.forward_ratio.ratio", OPTION_RATIO, SCALAR(detect.forward_ratio.ratio), LIVE, .standard = "0.9", RANGE(0, 1),
	    .help = "Share of automatic forwards among all from which on it is said." },
	{ "detect.forward_ratio.messages", OPTION_INTEGER, SCALAR(detect.forward_ratio.messages), LIVE, .standard = "10", RANGE(1, 100000000), .unit = "messages",
	    .help = "Automatic forwards within the window, at least." },
	{ "detect.forward_ratio.mailboxes", OPTION_INTEGER, SCALAR(detect.forward_ratio.mailboxes), LIVE, .standard = "3", RANGE(1, 1000000), .unit = "mailboxes",
	    .help = "Mailboxes forwarded within the window, at least." },
	{ "detect.forward_ratio.window", OPTION_DURATION, SCALAR(detect.forward_ratio.window), LIVE, .standard = "1d", RANGE(S(60), DAYS(90)),
	    .help = "Length of the sliding window." },
	{ "detect.forward_ratio.allow", ALLOW(detect.forward_ratio.allow),
	    .help = "Clients or domains whose forwarding is approved." },

	{ "detect.forward_rule_upload.enabled", OPTION_BOOL, SCALAR(detect.forward_rule_upload.enabled), LIVE, .standard = "true",
	    .help = "Alert when a mail filter that sends mail to an outsider is uploaded." },
	{ "detect.forward_rule_upload.allow", ALLOW(detect.forward_rule_upload.allow),
	    .help = "Clients, accounts or targets whose filters are approved." },

	{ "detect.journal_external.enabled", OPTION_BOOL, SCALAR(detect.journal_external.enabled), LIVE, .standard = "true",
	    .help = "Alert when journal reports go to an outsider." },
	{ "detect.journal_external.allow", ALLOW(detect.journal_external.allow),
	    .help = "Clients or recipients of journals that are approved, as an archive." },

	{ "detect.protocol_mismatch.enabled", OPTION_BOOL, SCALAR(detect.protocol_mismatch.enabled), LIVE, .standard = "true",
	    .help = "Alert when something else speaks on a mail port." },
	{ "detect.protocol_mismatch.bytes", OPTION_SIZE, SCALAR(detect.protocol_mismatch.bytes), LIVE, .standard = "256", RANGE(1, GIB(1)),
	    .help = "Payload that each side must have said." },
	{ "detect.protocol_mismatch.allow", ALLOW(detect.protocol_mismatch.allow),
	    .help = "Clients or servers that may." },

	{ "detect.new_mail_service.enabled", OPTION_BOOL, SCALAR(detect.new_mail_service.enabled), LIVE, .standard = "true",
	    .help = "Keep the list of mail servers, and alert on a new one inside." },
	{ "detect.new_mail_service.allow", ALLOW(detect.new_mail_service.allow),
	    .help = "Clients or servers of which nothing is said." },

	{ "detect.bulk_fetch.enabled", OPTION_BOOL, SCALAR(detect.bulk_fetch.enabled), LIVE, .standard = "true",
	    .help = "Alert when most of a mailbox, or very many messages, are read." },
	{ "detect.bulk_fetch.messages", OPTION_INTEGER, SCALAR(detect.bulk_fetch.messages), LIVE, .standard = "200",
	    RANGE(1, 100000000), .unit = "messages", .help = "Messages read in one session from which on it is said." },
	{ "detect.bulk_fetch.coverage", OPTION_RATIO, SCALAR(detect.bulk_fetch.coverage), LIVE, .standard = "0.9",
	    RANGE(0, 1), .help = "Share of a folder read in one session from which on it is said." },
	{ "detect.bulk_fetch.coverage_messages", OPTION_INTEGER, SCALAR(detect.bulk_fetch.coverage_messages), LIVE,
	    .standard = "100", RANGE(1, 100000000), .unit = "messages",
	    .help = "Messages that a folder must hold for its share to count." },
	{ "detect.bulk_fetch.window_messages", OPTION_INTEGER, SCALAR(detect.bulk_fetch.window_messages), LIVE,
	    .standard = "1000", RANGE(1, 100000000), .unit = "messages",
	    .help = "Messages of one account read within the window, in however many sessions." },
	{ "detect.bulk_fetch.window", OPTION_DURATION, SCALAR(detect.bulk_fetch.window), LIVE, .standard = "1d",
	    RANGE(S(1), DAYS(30)), .help = "Length of the sliding window over the sessions of an account." },
	{ "detect.bulk_fetch.pop3_messages", OPTION_INTEGER, SCALAR(detect.bulk_fetch.pop3_messages), LIVE,
	    .standard = "20", RANGE(1, 100000000), .unit = "messages",
	    .help = "Messages read by POP3 with none deleted, by a client that is new to the account." },
	{ "detect.bulk_fetch.allow", ALLOW(detect.bulk_fetch.allow),
	    .help = "Clients, servers or accounts whose reading is approved." },

	{ "detect.mailbox_download.enabled", OPTION_BOOL, SCALAR(detect.mailbox_download.enabled), LIVE,
	    .standard = "true",
	    .help = "Alert when a client draws far more from a mail server than it and its peers do." },
	{ "detect.mailbox_download.bytes", OPTION_SIZE, SCALAR(detect.mailbox_download.bytes), LIVE,
	    .standard = "25MiB", RANGE(KIB(1), GIB(1024)), .help = "Payload drawn below which nothing is said." },
	{ "detect.mailbox_download.unlearnt_bytes", OPTION_SIZE, SCALAR(detect.mailbox_download.unlearnt_bytes), LIVE,
	    .standard = "250MiB", RANGE(KIB(1), GIB(1024)),
	    .help = "The same while it is not known yet what is usual for the client or the server." },
	{ "detect.mailbox_download.window", OPTION_DURATION, SCALAR(detect.mailbox_download.window), LIVE,
	    .standard = "1h", RANGE(S(1), DAYS(7)),
	    .help = "Length of the sliding window over the connections of a client and a server." },
	{ "detect.mailbox_download.allow", ALLOW(detect.mailbox_download.allow),
	    .help = "Clients or servers whose downloads are approved." },

	{ "detect.account_sweep.enabled", OPTION_BOOL, SCALAR(detect.account_sweep.enabled), LIVE,
	    .standard = "true", .help = "Alert when one client reads many accounts." },
	{ "detect.account_sweep.accounts", OPTION_INTEGER, SCALAR(detect.account_sweep.accounts), LIVE,
	    .standard = "6", RANGE(2, 1000000), .unit = "accounts",
	    .help = "Accounts read by one client within the window from which on it is said." },
	{ "detect.account_sweep.window", OPTION_DURATION, SCALAR(detect.account_sweep.window), LIVE,
	    .standard = "10m", RANGE(S(1), DAYS(30)), .help = "Length of the sliding window." },
	{ "detect.account_sweep.slow_accounts", OPTION_INTEGER, SCALAR(detect.account_sweep.slow_accounts), LIVE,
	    .standard = "15", RANGE(2, 1000000), .unit = "accounts",
	    .help = "Accounts read by one client within the longer window." },
	{ "detect.account_sweep.slow_window", OPTION_DURATION, SCALAR(detect.account_sweep.slow_window), LIVE,
	    .standard = "1d", RANGE(S(1), DAYS(30)), .help = "Length of the longer window." },
	{ "detect.account_sweep.allow", ALLOW(detect.account_sweep.allow),
	    .help = "Clients, servers or accounts whose reading is approved; see also roles." },

	{ "detect.auth_bruteforce.enabled", OPTION_BOOL, SCALAR(detect.auth_bruteforce.enabled), LIVE,
	    .standard = "true", .help = "Alert when passwords are tried on one account." },
	{ "detect.auth_bruteforce.failures", OPTION_INTEGER, SCALAR(detect.auth_bruteforce.failures), LIVE,
	    .standard = "30", RANGE(2, 1000000), .unit = "failures",
	    .help = "Failed logins of an account within the window; ten times as many from a client that is known to "
		    "have its password." },
	{ "detect.auth_bruteforce.window", OPTION_DURATION, SCALAR(detect.auth_bruteforce.window), LIVE,
	    .standard = "1h", RANGE(S(1), DAYS(30)), .help = "Length of the sliding window." },
	{ "detect.auth_bruteforce.allow", ALLOW(detect.auth_bruteforce.allow),
	    .help = "Clients, servers or accounts whose failures are nobody's business." },

	{ "detect.auth_spray.enabled", OPTION_BOOL, SCALAR(detect.auth_spray.enabled), LIVE, .standard = "true",
	    .help = "Alert when passwords are tried on many accounts." },
	{ "detect.auth_spray.accounts", OPTION_INTEGER, SCALAR(detect.auth_spray.accounts), LIVE, .standard = "10",
	    RANGE(2, 1000000), .unit = "accounts",
	    .help = "Accounts that failed from one client network (/24, /64) within the window." },
	{ "detect.auth_spray.window", OPTION_DURATION, SCALAR(detect.auth_spray.window), LIVE, .standard = "1h",
	    RANGE(S(1), DAYS(30)), .help = "Length of that sliding window." },
	{ "detect.auth_spray.server_accounts", OPTION_INTEGER, SCALAR(detect.auth_spray.server_accounts), LIVE,
	    .standard = "50", RANGE(2, 1000000), .unit = "accounts",
	    .help = "Accounts that failed on one server from clients that never had their passwords." },
	{ "detect.auth_spray.server_window", OPTION_DURATION, SCALAR(detect.auth_spray.server_window), LIVE,
	    .standard = "7d", RANGE(S(1), DAYS(90)), .help = "Length of that sliding window." },
	{ "detect.auth_spray.patience", OPTION_DURATION, SCALAR(detect.auth_spray.patience), LIVE, .standard = "15m",
	    RANGE(0, DAYS(1)),
	    .help = "A failure that a success of the same client and account follows so soon was a slip." },
	{ "detect.auth_spray.allow", ALLOW(detect.auth_spray.allow),
	    .help = "Clients, servers or accounts whose failures are nobody's business." },

	{ "detect.auth_success_after_failures.enabled", OPTION_BOOL,
	    SCALAR(detect.auth_success_after_failures.enabled), LIVE, .standard = "true",
	    .help = "Alert when a login succeeds for the client or the account of a spray or brute force." },
	{ "detect.auth_success_after_failures.failures", OPTION_INTEGER,
	    SCALAR(detect.auth_success_after_failures.failures), LIVE, .standard = "20", RANGE(1, 1000000),
	    .unit = "failures", .help = "Failures of the account, or of the client network, before the success." },
	{ "detect.auth_success_after_failures.accounts", OPTION_INTEGER,
	    SCALAR(detect.auth_success_after_failures.accounts), LIVE, .standard = "8", RANGE(2, 1000000),
	    .unit = "accounts", .help = "Or accounts that the client network failed with before." },
	{ "detect.auth_success_after_failures.window", OPTION_DURATION,
	    SCALAR(detect.auth_success_after_failures.window), LIVE, .standard = "1d", RANGE(S(1), DAYS(30)),
	    .help = "Length of the sliding window over the failures." },
	{ "detect.auth_success_after_failures.allow", ALLOW(detect.auth_success_after_failures.allow),
	    .help = "Clients, servers or accounts that may fail and then succeed." },

	{ "detect.auth_then_collection.enabled", OPTION_BOOL, SCALAR(detect.auth_then_collection.enabled), LIVE,
	    .standard = "true", .help = "Alert on failures, then a success, then bulk reading." },
	{ "detect.auth_then_collection.failures", OPTION_INTEGER, SCALAR(detect.auth_then_collection.failures), LIVE,
	    .standard = "10", RANGE(1, 1000000), .unit = "failures",
	    .help = "Failures of the account, or of the client network, before the success." },
	{ "detect.auth_then_collection.window", OPTION_DURATION, SCALAR(detect.auth_then_collection.window), LIVE,
	    .standard = "1d", RANGE(S(1), DAYS(30)), .help = "Length of the sliding window over the failures." },
	{ "detect.auth_then_collection.messages", OPTION_INTEGER, SCALAR(detect.auth_then_collection.messages), LIVE,
	    .standard = "50", RANGE(1, 1000000), .unit = "messages", .help = "Messages read after the success." },
	{ "detect.auth_then_collection.within", OPTION_DURATION, SCALAR(detect.auth_then_collection.within), LIVE,
	    .standard = "6h", RANGE(S(1), DAYS(30)), .help = "How long after the success reading counts." },
	{ "detect.auth_then_collection.allow", ALLOW(detect.auth_then_collection.allow),
	    .help = "Clients, servers or accounts that may do so." },

	{ "detect.privileged_login.enabled", OPTION_BOOL, SCALAR(detect.privileged_login.enabled), LIVE,
	    .standard = "true", .help = "Alert when a listed account logs in from where it never did." },
	{ "detect.privileged_login.accounts", OPTION_MAILBOXES, NAMES(detect.privileged_login.accounts), LIVE,
	    .standard = "administrator, root",
	    .help = "Those accounts: a name stands for itself in whatever domain, an address for itself." },
	{ "detect.privileged_login.allow", ALLOW(detect.privileged_login.allow),
	    .help = "Clients, servers or accounts that may log in from anywhere." },

	{ "detect.new_client.enabled", OPTION_BOOL, SCALAR(detect.new_client.enabled), LIVE, .standard = "true",
	    .help = "Alert when an account or a server is used by a client never seen with it." },
	{ "detect.new_client.settled", OPTION_DURATION, SCALAR(detect.new_client.settled), LIVE, .standard = "3d",
	    RANGE(0, DAYS(365)),
	    .help = "How long an account or server must have had nothing new before something new is said." },
	{ "detect.new_client.forget", OPTION_DURATION, SCALAR(detect.new_client.forget), LIVE, .standard = "90d",
	    RANGE(S(3600), DAYS(3650)), .help = "Silence after which a client is new again." },
	{ "detect.new_client.allow", ALLOW(detect.new_client.allow),
	    .help = "Clients, servers or accounts of which nothing new is said." },

	{ "detect.large_attachment.enabled", OPTION_BOOL, SCALAR(detect.large_attachment.enabled), LIVE,
	    .standard = "true", .help = "Alert on large or many attachments to an outsider." },
	{ "detect.large_attachment.bytes", OPTION_SIZE, SCALAR(detect.large_attachment.bytes), LIVE,
	    .standard = "20MiB", RANGE(1, GIB(1024)), .help = "Attachments of one message from which on it is said." },
	{ "detect.large_attachment.new_bytes", OPTION_SIZE, SCALAR(detect.large_attachment.new_bytes), LIVE,
	    .standard = "10MiB", RANGE(1, GIB(1024)),
	    .help = "The same to a public mail provider, or to a domain that the sender never mailed before." },
	{ "detect.large_attachment.day_bytes", OPTION_SIZE, SCALAR(detect.large_attachment.day_bytes), LIVE,
	    .standard = "50MiB", RANGE(1, GIB(1024)),
	    .help = "Attachments from one sender to one outside domain within the window." },
	{ "detect.large_attachment.window", OPTION_DURATION, SCALAR(detect.large_attachment.window), LIVE,
	    .standard = "1d", RANGE(S(1), DAYS(30)), .help = "Length of the sliding window." },
	{ "detect.large_attachment.attachments", OPTION_INTEGER, SCALAR(detect.large_attachment.attachments), LIVE,
	    .standard = "40", RANGE(1, 1000000), .unit = "attachments", .help = "Attachments in one message." },
	{ "detect.large_attachment.messages", OPTION_INTEGER, SCALAR(detect.large_attachment.messages), LIVE,
	    .standard = "10", RANGE(1, 1000000), .unit = "messages", .help = "Messages attached to one message." },
	{ "detect.large_attachment.allow", ALLOW(detect.large_attachment.allow),
	    .help = "Clients, senders or recipients whose attachments are approved." },

	{ "detect.mail_archive.enabled", OPTION_BOOL, SCALAR(detect.mail_archive.enabled), LIVE, .standard = "true",
	    .help = "Alert when a mail store leaves by mail." },
	{ "detect.mail_archive.allow", ALLOW(detect.mail_archive.allow),
	    .help = "Clients, senders or recipients that may mail archives." },

	{ "detect.disguised_message.enabled", OPTION_BOOL, SCALAR(detect.disguised_message.enabled), LIVE,
	    .standard = "true", .help = "Alert when what leaves by mail is not what it calls itself." },
	{ "detect.disguised_message.allow", ALLOW(detect.disguised_message.allow),
	    .help = "Clients, senders or recipients of which nothing is said." },

	{ "detect.direct_smtp.enabled", OPTION_BOOL, SCALAR(detect.direct_smtp.enabled), LIVE, .standard = "true",
	    .help = "Alert when a host that is no mail server speaks SMTP to the outside." },
	{ "detect.direct_smtp.learning", OPTION_DURATION, SCALAR(detect.direct_smtp.learning), LIVE, .standard = "1d",
	    RANGE(0, DAYS(365)), .help = "How long who speaks SMTP to the outside is only learnt." },
	{ "detect.direct_smtp.allow", ALLOW(detect.direct_smtp.allow),
	    .help = "Clients or servers that may; mail servers belong into roles.mail_servers." },

	{ "detect.user_rules.enable", OPTION_TEXTS, NAMES(detect.user_rules.enable), LIVE, .standard = "",
	    .check = is_not_empty,
	    .help = "User rules to switch on besides those whose file says so: names, or patterns such as hunt-*." },
	{ "detect.user_rules.keys", OPTION_INTEGER, SCALAR(detect.user_rules.keys), LIVE, .standard = "65536",
	    RANGE(16, 10000000), .unit = "keys",
	    .help = "Keys remembered by user rules that count, or that have a cooldown." },

	{ "state.path", OPTION_PATH, SCALAR(state.path), .standard = "/var/lib/mailtap/state",
	    .help = "File in which what was learnt outlives a restart; empty: none. With -r only if given by --set." },
	{ "state.interval", OPTION_DURATION, SCALAR(state.interval), .standard = "5m", RANGE(S(1), DAYS(1)),
	    .help = "Time between snapshots; what is killed loses at most so much." },

	{ "privacy.subject", OPTION_CHOICE, SCALAR(publish.privacy.subject), .standard = "clear", .choices = privacy_choices,
	    .help = "What documents hold of subjects, and of words searched for: as they are, hashed, or nothing." },
	{ "privacy.addresses", OPTION_CHOICE, SCALAR(publish.privacy.addresses), .standard = "clear",
	    .choices = privacy_choices,
	    .help = "The same of mail addresses and user names; the domain of an address stays." },
	{ "privacy.filenames", OPTION_CHOICE, SCALAR(publish.privacy.filenames), .standard = "clear",
	    .choices = privacy_choices, .help = "The same of names of attachments; the extension stays." },
	{ "privacy.key_file", OPTION_PATH, SCALAR(publish.privacy.key_file), .standard = "",
	    .help = "File whose first line is the secret that is hashed with: the same secret, the same hashes." },

	{ "publish.file.path", OPTION_PATH, SCALAR(publish.file.path), .reload = OPTION_ON_RELOAD_NOT_EMPTY,
	    .standard = "", .help = "File that gets one JSON document a line, opened anew on SIGHUP; empty: none." },
	{ "publish.file.what", OPTION_CHOICE, SCALAR(publish.file.what), LIVE, .standard = "alerts",
	    .choices = publish_choices, .help = "What the file gets." },

	{ "publish.redis.enabled", OPTION_BOOL, SCALAR(publish.redis.enabled), .standard = "false",
	    .help = "Publish into Redis streams." },
	{ "publish.redis.address", OPTION_TEXT, SCALAR(publish.redis.address), .standard = "127.0.0.1:6379",
	    .check = value_is_server, .help = "The server: host:port, [v6]:port or unix:/path." },
	{ "publish.redis.username", OPTION_TEXT, SCALAR(publish.redis.username), .standard = "",
	    .help = "ACL user to log in as; empty: the default user." },
	{ "publish.redis.password_file", OPTION_PATH, SCALAR(publish.redis.password_file), .standard = "",
	    .help = "File whose first line is the password; empty: the environment variable MAILTAP_REDIS_PASSWORD, or "
		    "none." },
	{ "publish.redis.database", OPTION_INTEGER, SCALAR(publish.redis.database), .standard = "0", RANGE(0, 16383),
	    .help = "Number of the database." },
	{ "publish.redis.prefix", OPTION_TEXT, SCALAR(publish.redis.prefix), .standard = "mailtap", .check = is_prefix,
	    .help = "What the names of all keys begin with: PREFIX:alerts, PREFIX:events, PREFIX:sensor:NAME." },
	{ "publish.redis.maxlen", OPTION_INTEGER, SCALAR(publish.redis.maxlen), .standard = "100000",
	    RANGE(1, 1000000000), .unit = "entries", .help = "About how many entries a stream keeps." },
	{ "publish.redis.events", OPTION_WORDS, LIST(publish.redis.event_datasets, publish.redis.event_dataset_count),
	    .standard = "", .choices = dataset_choices,
	    .help = "Datasets whose events go to PREFIX:events; alerts always go to "
		    "PREFIX:alerts." },
	{ "publish.redis.connect_timeout", OPTION_DURATION, SCALAR(publish.redis.connect_timeout), .standard = "5s",
	    RANGE(MS(10), S(300)), .help = "How long connecting may take." },
	{ "publish.redis.reply_timeout", OPTION_DURATION, SCALAR(publish.redis.reply_timeout), .standard = "10s",
	    RANGE(MS(10), S(300)), .help = "How long a reply may take before the connection is given up." },
	{ "publish.redis.batch_count", OPTION_INTEGER, SCALAR(publish.redis.batch_count), .standard = "100",
	    RANGE(1, 10000), .unit = "documents", .help = "Documents sent at once at most." },
	{ "publish.redis.batch_time", OPTION_DURATION, SCALAR(publish.redis.batch_time), .standard = "10ms",
	    RANGE(0, S(60)), .help = "How long a batch may wait to fill." },
	{ "publish.redis.in_flight", OPTION_INTEGER, SCALAR(publish.redis.in_flight), .standard = "1000",
	    RANGE(1, 100000), .unit = "documents", .help = "Documents sent and not answered yet, at most." },
	{ "publish.redis.queue_bytes", OPTION_SIZE, SCALAR(publish.redis.queue_bytes), .standard = "64MiB",
	    RANGE(KIB(64), GIB(16)),
	    .help = "Memory for documents while the server is away; events may use three quarters of it." },
	{ "publish.redis.retry_min", OPTION_DURATION, SCALAR(publish.redis.retry_min), .standard = "500ms",
	    RANGE(MS(10), S(3600)), .help = "First wait before connecting again; doubles each time, with jitter." },
	{ "publish.redis.retry_max", OPTION_DURATION, SCALAR(publish.redis.retry_max), .standard = "30s",
	    RANGE(MS(10), S(3600)), .help = "Longest wait before connecting again." },

	{ "daemon.user", OPTION_TEXT, SCALAR(daemon.user), .standard = "mailtap",
	    .help = "User to become for good once capture is open, when started as root; empty: stay who it is." },
	{ "daemon.group", OPTION_TEXT, SCALAR(daemon.group), .standard = "",
	    .help = "Group to become; empty: the user's own." },
	{ "daemon.stop_deadline", OPTION_DURATION, SCALAR(daemon.stop_deadline), .standard = "10s", RANGE(0, S(600)),
	    .help = "How long to go on publishing what waits when stopping." },
	{ "daemon.control.path", OPTION_PATH, SCALAR(daemon.control_path), .standard = "/run/mailtap/control.sock",
	    .check = is_socket_path, .help = "Unix socket that mailtapctl speaks to; empty: none." },
	{ "daemon.control.group", OPTION_TEXT, SCALAR(daemon.control_group), .standard = "",
	    .help = "Group that may use the control socket; empty: daemon.group." },
	{ "daemon.log.level", OPTION_WORD, SCALAR(daemon.log_level), .standard = "info", .choices = level_choices,
	    .help = "How much is logged." },
	{ "daemon.log.target", OPTION_WORD, SCALAR(daemon.log_target), .standard = "auto", .choices = target_choices,
	    .help = "Where to; auto: syslog when in the background without a service manager, else standard error." },
};

const size_t option_count = sizeof(options) / sizeof(options[0]);

const struct option *
option_find(const char *path)
{
	for (size_t i = 0; i < option_count; i++)
		if (strcmp(options[i].path, path) == 0)
			return &options[i];
	return NULL;
}

bool
option_is_section(const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < option_count; i++)
		if (strncmp(options[i].path, path, len) == 0 && options[i].path[len] == '.')
			return true;
	return false;
}
