/// Every key of `updatemirror.toml`, as `section.key`.
///
/// This table is the only place that knows them: the file, the environment, `--set`,
/// `config show`, the schema and the manual follow it, and tests hold them to it.
enum Setting: String, CaseIterable, Sendable {
  case serverName = "server.name"
  case upstreamURL = "upstream.url"
  case upstreamMode = "upstream.mode"
  case upstreamSOAPVersion = "upstream.soap-version"
  case upstreamContentURL = "upstream.content-url"
  case upstreamBatchesInFlight = "upstream.batches-in-flight"
  case upstreamConnectTimeout = "upstream.connect-timeout"
  case upstreamStallTimeout = "upstream.stall-timeout"
  case upstreamCAFile = "upstream.ca-file"
  case upstreamClientCertificate = "upstream.client-certificate"
  case upstreamClientKey = "upstream.client-key"
  case upstreamProxy = "upstream.proxy"
  case subscriptionManifest = "subscription.manifest"
  case contentDigestPolicy = "content.digest-policy"
  case contentParallel = "content.parallel"
  case contentRetries = "content.retries"
  case contentWait = "content.wait"
  case contentMinFree = "content.min-free"
  case contentBandwidthLimit = "content.bandwidth-limit"
  case scheduleAt = "schedule.at"
  case scheduleEvery = "schedule.every"
  case scheduleRandomDelay = "schedule.random-delay"
  case scheduleRetries = "schedule.retries"
  case scheduleRetryAfter = "schedule.retry-after"
  case serveHost = "serve.host"
  case servePort = "serve.port"
  case serveHTTPSPort = "serve.https-port"
  case serveCertificate = "serve.certificate"
  case servePrivateKey = "serve.private-key"
  case serveClientCertificates = "serve.client-certificates"
  case serveClientRoots = "serve.client-roots"
  case serveConnections = "serve.connections"
  case serveConnectionsPerAddress = "serve.connections-per-address"
  case serveBandwidthLimit = "serve.bandwidth-limit"
  case serveVerifyRate = "serve.verify-rate"
  case serveLongMetadata = "serve.long-metadata"
  case serveRegistration = "serve.registration"
  case serveAllowedServers = "serve.allowed-servers"
  case serveAuthentication = "serve.authentication"
  case servePasswordFile = "serve.password-file"
  case serveStopWithin = "serve.stop-within"
  case clientsTargeting = "clients.targeting"
  case clientsRegistration = "clients.registration"
  case clientsCookieLifetime = "clients.cookie-lifetime"
  case clientsPageSize = "clients.page-size"
  case clientsContentHost = "clients.content-host"
  case clientsContentPort = "clients.content-port"
  case clientsContentScheme = "clients.content-scheme"
  case clientsTransport = "clients.transport"
  case clientsSelfUpdate = "clients.self-update"
  case clientsSilentAfter = "clients.silent-after"
  case clientsKeepEvents = "clients.keep-events"
  case clientsMaximumEvents = "clients.maximum-events"
  case archivesSignerThreshold = "archives.signer-threshold"
  case archivesMaximumAge = "archives.maximum-age"
  case adminHost = "admin.host"
  case adminPort = "admin.port"
  case logLevel = "log.level"
  case logFormat = "log.format"
  case logAccess = "log.access"

  var key: String { rawValue }

  /// The variable that sets this key: `UPDATEMIRROR_UPSTREAM_URL` for `upstream.url`.
  var environmentName: String {
    "UPDATEMIRROR_" + key.uppercased().map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
  }

  /// Its value is never shown: it may carry a password.
  var isSecret: Bool { self == .upstreamProxy }

  /// Whether an error may repeat this text. An address with a user before the host is refused, and may name a password.
  func mayShow(_ text: String) -> Bool { !isSecret && !(kind == .url && text.contains("@")) }

  var kind: SettingKind { rule.kind }

  /// The default, as it would be written in the environment; empty = no value.
  var fallback: String { rule.fallback }

  /// One line for `config show --help`, the manual and the commented file.
  var meaning: String { rule.meaning }

  private struct Rule {
    let kind: SettingKind
    let fallback: String
    let meaning: String

    init(_ kind: SettingKind, _ fallback: String, _ meaning: String) {
      self.kind = kind
      self.fallback = fallback
      self.meaning = meaning
    }
  }

  private var rule: Rule {
    switch self {
    case .serverName:
      Rule(.text, "", "fully qualified name that this server gives to its upstream server; empty = the host name")
    case .upstreamURL:
      Rule(.url, "", "the upstream server, for example http://wsus.example.net:8530; empty = none")
    case .upstreamMode:
      Rule(.choice(["autonomous", "replica"]), "autonomous", "replica = mirror approvals, groups and declines too")
    case .upstreamSOAPVersion:
      Rule(.choice(["1.1", "1.2"]), "1.1", "SOAP version of the requests; never changed by negotiation")
    case .upstreamContentURL:
      Rule(.url, "", "the server whose /Content has the files, if it is another one; empty = found from upstream.url")
    case .upstreamBatchesInFlight:
      Rule(.integer(1...16), "4", "metadata batches requested at the same time")
    case .upstreamConnectTimeout:
      Rule(.duration, "30s", "longest time to connect")
    case .upstreamStallTimeout:
      Rule(.duration, "60s", "longest time without a byte")
    case .upstreamCAFile:
      Rule(.path, "", "PEM file with the roots to trust; empty = those of the system")
    case .upstreamClientCertificate:
      Rule(.path, "", "PEM file with the certificate that this server shows")
    case .upstreamClientKey:
      Rule(.path, "", "PEM file with the key of upstream.client-certificate")
    case .upstreamProxy:
      Rule(.proxy, "", "HTTP proxy for outgoing requests; empty = none (the environment's proxies are not used)")
    case .subscriptionManifest:
      Rule(.path, "", "what to mirror: a subscription manifest; empty = everything the upstream server has")
    case .contentDigestPolicy:
      Rule(
        .choice(["sha256-required", "sha1-allowed"]), "sha256-required",
        "what a file's metadata must declare before the file is fetched")
    case .contentParallel:
      Rule(.integer(1...64), "8", "files fetched at the same time")
    case .contentRetries:
      Rule(.integer(0...20), "2", "how often a file whose bytes were wrong is fetched again in one run")
    case .contentWait:
      Rule(.duration, "0s", "how long a run waits for files that the upstream server has still to fetch itself")
    case .contentMinFree:
      Rule(.bytes, "1 GiB", "free space that a run leaves on the disk")
    case .contentBandwidthLimit:
      Rule(.bytes, "0", "bytes a second for all downloads together; 0 = no limit")
    case .scheduleAt:
      Rule(.times, "", "when serve starts runs, UTC, for example 02:30, 14:00; empty = as the subscription says")
    case .scheduleEvery:
      Rule(.duration, "0s", "time from the beginning of a run to the next, instead of times of the day; 0 = none")
    case .scheduleRandomDelay:
      Rule(.duration, "0s", "each run begins up to so much later, so that sites do not come all at once")
    case .scheduleRetries:
      Rule(.integer(0...20), "3", "how often a failed run is tried again before its next regular time")
    case .scheduleRetryAfter:
      Rule(.duration, "5m", "pause before the first retry; each further one is twice as long, up to an hour")
    case .serveHost:
      Rule(.text, "0.0.0.0", "address to listen on")
    case .servePort:
      Rule(.integer(0...65535), "8530", "port to listen on; 0 = any free one")
    case .serveHTTPSPort:
      Rule(.integer(0...65535), "8531", "port for HTTPS, when there is a certificate")
    case .serveCertificate:
      Rule(.path, "", "PEM file with the certificate of this server, then those of its issuers; empty = no HTTPS")
    case .servePrivateKey:
      Rule(.path, "", "PEM file with the key of serve.certificate, without a password")
    case .serveClientCertificates:
      Rule(
        .choice(["none", "optional", "required"]), "none",
        "whether callers show a certificate over HTTPS: not asked for, good if shown, nobody without")
    case .serveClientRoots:
      Rule(.path, "", "PEM file with the roots that callers' certificates must come from")
    case .serveConnections:
      Rule(.integer(1...1_000_000), "10000", "open connections; further ones are answered 503")
    case .serveConnectionsPerAddress:
      Rule(.integer(1...1_000_000), "1000", "open connections of one address; a site behind one router shares it")
    case .serveBandwidthLimit:
      Rule(.bytes, "0", "bytes of content a second, for all clients together; 0 = no limit")
    case .serveVerifyRate:
      Rule(
        .bytes, "16 MiB",
        "bytes a second that are read to compare served files with their digests, each file once a day; 0 = none")
    case .serveLongMetadata:
      Rule(
        .choice(["text", "cabinet"]), "text", "how documents above 5,120 bytes leave; Windows servers send cabinets")
    case .serveRegistration:
      Rule(
        .choice(["open", "approve", "allow-list"]), "open",
        "which downstream servers may synchronize: all, those approved, or those listed and approved")
    case .serveAllowedServers:
      Rule(.text, "", "the list: GUIDs, account names, or sha256: and the digest of a client certificate, with commas")
    case .serveAuthentication:
      Rule(
        .choice(["none", "certificate", "basic"]), "none",
        "what a downstream server proves over TLS: a client certificate, or the password of its account")
    case .servePasswordFile:
      Rule(.path, "", "file with the lines of `downstream password`, permissions 600")
    case .serveStopWithin:
      Rule(.duration, "20s", "longest time that a stop waits for transfers before it cuts them")
    case .clientsTargeting:
      Rule(
        .choice(["server", "client"]), "server",
        "who decides on the target groups of computers: the administrator here, or the computers")
    case .clientsKeepEvents:
      Rule(.duration, "90d", "how long reported events are kept; states of updates stay; 0 = for ever")
    case .clientsMaximumEvents:
      Rule(.integer(0...1_000_000_000), "1000000", "reported events that are kept, the newest; 0 = all")
    case .clientsRegistration:
      Rule(
        .choice(["required", "accepted", "refused"]), "required",
        "whether client computers tell what they are, before anything is offered to them, at will, or never")
    case .clientsCookieLifetime:
      Rule(.duration, "1h", "life of the cookies of client computers, 1m to 1d")
    case .clientsPageSize:
      Rule(.integer(1...1000), "200", "new revisions in one answer to a scan")
    case .clientsContentHost:
      Rule(.text, "", "host in the addresses of files for client computers; empty = the one by which they called")
    case .clientsContentPort:
      Rule(.integer(0...65535), "0", "port in the addresses of files for client computers; 0 = the one listened at")
    case .clientsContentScheme:
      Rule(
        .choice(["http", "https"]), "http",
        "scheme in the addresses of files for who calls over HTTPS; all others get http")
    case .clientsTransport:
      Rule(
        .choice(["any", "https"]), "any", "whether client computers are answered without TLS, too, or only over https")
    case .clientsSelfUpdate:
      Rule(.path, "", "folder that is served at /SelfUpdate, for Windows 8.1 and older; empty = none")
    case .clientsSilentAfter:
      Rule(.duration, "30d", "a client computer without a contact for so long is listed as silent")
    case .archivesSignerThreshold:
      Rule(.integer(1...16), "1", "different trusted signers that an archive or a receipt needs")
    case .archivesMaximumAge:
      Rule(.duration, "0s", "older archives are not imported; 0 = no limit")
    case .adminHost:
      Rule(.text, "127.0.0.1", "address for health and metrics; empty = none")
    case .adminPort:
      Rule(.integer(0...65535), "8532", "port for health and metrics; any free one when serve.port is 0")
    case .logLevel:
      Rule(.choice(["trace", "debug", "info", "notice", "warning", "error"]), "info", "least level that is logged")
    case .logFormat:
      Rule(.choice(["console", "json"]), "console", "form of a line of the log")
    case .logAccess:
      Rule(
        .choice(["none", "errors", "all"]), "errors", "requests that leave a line: none, those refused or failed, all")
    }
  }
}
