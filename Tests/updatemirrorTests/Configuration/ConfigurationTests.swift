import Testing

@testable import updatemirror

@Suite("Configuration")
struct ConfigurationTests {
  private func document(_ text: String) throws -> TOMLDocument {
    try TOMLDocument(text: text, file: "/etc/um/updatemirror.toml")
  }

  @Test("a flag beats the environment, the environment the file, the file the default")
  func precedence() throws {
    let file = try document("[serve]\nport = 1001\n[content]\nparallel = 2\nretries = 2\n")
    let environment = ["UPDATEMIRROR_SERVE_PORT": "1002", "UPDATEMIRROR_CONTENT_PARALLEL": "3"]
    let configuration = try Configuration(
      document: file, environment: environment, flags: [.servePort: "1003"])
    #expect(try configuration.integer(.servePort) == 1003)
    #expect(configuration.values[.servePort]?.origin == .flag)
    #expect(try configuration.integer(.contentParallel) == 3)
    #expect(configuration.values[.contentParallel]?.origin == .environment("UPDATEMIRROR_CONTENT_PARALLEL"))
    #expect(try configuration.integer(.contentRetries) == 2)
    #expect(configuration.values[.contentRetries]?.origin == .file("/etc/um/updatemirror.toml", line: 5))
    #expect(try configuration.integer(.upstreamBatchesInFlight) == 4)
    #expect(configuration.values[.upstreamBatchesInFlight]?.origin == .fallback)
  }

  @Test("every default is a value of its own kind", arguments: Setting.allCases)
  func defaults(setting: Setting) { #expect(setting.kind.accepts(setting.fallback)) }

  @Test("an unknown key is an error that names its line and the nearest key")
  func unknownKey() throws {
    let text = "# comment\n[upstream]\nurl = \"http://a:8530\"\n\nstall-timout = \"5s\"\n"
    #expect(
      throws: ConfigurationError.unknownKey(
        file: "/etc/um/updatemirror.toml", line: 5, key: "upstream.stall-timout", nearest: "upstream.stall-timeout")
    ) { try Configuration(document: try document(text)) }
  }

  @Test(
    "unknown keys are found with their line in every spelling of TOML",
    arguments: [
      ("port = 1", 1, "port"), ("[serve]\nport = 1\n[sevre]\nport = 2\n", 4, "sevre.port"),
      ("serve.port = 1\nserve.prot = 2", 2, "serve.prot"), ("[serve]\n\"po.rt\" = 1", 2, "serve.po.rt"),
      ("serve = { port = 1,\n prot = 2 }", 1, "serve.prot"), ("[log]\n[empty]\n", 2, "empty"),
    ])
  func unknownKeyLines(text: String, line: Int, key: String) throws {
    // Inline tables may not contain line ends before TOML 1.1: that text is then no TOML, on the same line.
    let error = #expect(throws: ConfigurationError.self) { try Configuration(document: try document(text)) }
    switch error {
    case .unknownKey(_, let found, let name, _):
      #expect(found == line)
      #expect(name == key)
    case .notTOML(_, let found, _): #expect(found == line)
    default: Issue.record("\(String(describing: error))")
    }
  }

  @Test("a key inside a long string or a list is no key")
  func linesAreNotFooled() {
    let text = "a = \"\"\"\nb = 1\n\"\"\"\nlist = [\n  \"c = 2\",\n  # d = 3\n]\nb = 4\n[t]\ne = '''x''' # '''\nf = 5\n"
    let lines = KeyLines(text: text)
    #expect(lines.line(of: ["b"]) == 8)
    #expect(lines.line(of: ["c"]) == nil)
    #expect(lines.line(of: ["list"]) == 4)
    #expect(lines.line(of: ["t", "e"]) == 10)
    #expect(lines.line(of: ["t", "unknown"]) == 9)
  }

  @Test("a value of another kind names line, key, what was expected and what was found")
  func wrongKind() throws {
    let error = #expect(throws: ConfigurationError.self) {
      try Configuration(document: try document("[serve]\nport = \"http\"\n"))
    }
    #expect(
      error?.description == "configuration: /etc/um/updatemirror.toml: line 2: serve.port: "
        + "expected an integer from 0 to 65535, found \"http\"")
  }

  @Test(
    "values out of range are refused",
    arguments: [
      (Setting.servePort, "70000"), (.contentParallel, "0"), (.upstreamURL, "ftp://x"), (.upstreamURL, "wsus:8530"),
      (.upstreamMode, "mirror"), (.contentMinFree, "1 parsec"), (.upstreamStallTimeout, "-1"),
      (.upstreamURL, "http://x/?q"), (.contentBandwidthLimit, "1e3"),
    ])
  func outOfRange(setting: Setting, text: String) {
    #expect(throws: ConfigurationError.self) { try Configuration(document: nil, flags: [setting: text]) }
  }

  @Test(
    "SSS-282: two upstream servers in the configuration are refused, in the words of the mistake",
    arguments: [
      ("[upstream]\nurl = \"http://a:8530\"\nurl = \"http://b:8530\"", "line 3: not TOML"),
      ("[upstream]\nurl = \"http://a\"\n[upstream]\nurl = \"http://b\"", "line 3: not TOML"),
      (
        "[upstream]\nurl = [\"http://a:8530\", \"http://b:8530\"]",
        "line 2: upstream.url: expected an http:// or https:// URL without user and password, found an array"
      ),
      (
        "[[upstream]]\nurl = \"http://a\"\n[[upstream]]\nurl = \"http://b\"",
        "upstream: expected one table, found an array"
      ),
      ("[upstream]\nurl = \"http://a:8530,http://b:8530\"", "line 2: upstream.url: expected an http://"),
      ("[upstream]\nurl = \"http://a:8530 http://b:8530\"", "line 2: upstream.url: expected an http://"),
    ])
  func oneUpstream(text: String, words: String) {
    let error = #expect(throws: ConfigurationError.self) { try Configuration(document: try document(text)) }
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
  }

  @Test("SSS-282: two upstream servers on the command line are refused; the same one twice is not")
  func oneUpstreamOnCommandLine() throws {
    let error = #expect(throws: ConfigurationError.self) {
      try CommonOptions.assignments(["upstream.url=http://a:8530", "upstream.url=http://b:8530"])
    }
    #expect(
      error?.description
        == "configuration: --set: upstream.url: expected one value, found \"http://a:8530\" and \"http://b:8530\"")
    let same = try CommonOptions.assignments(["upstream.url=http://a:8530", "upstream.url=http://a:8530"])
    #expect(same == [.upstreamURL: "http://a:8530"])
  }

  @Test("SSS-269: the port to listen on is what is configured", arguments: [80, 443, 8530, 8531, 1, 65535])
  func ports(port: Int) throws {
    let ofFile = try Configuration(document: try document("[serve]\nport = \(port)\n"))
    #expect(try ofFile.integer(.servePort) == port)
    let ofEnvironment = try Configuration(document: nil, environment: ["UPDATEMIRROR_SERVE_PORT": "\(port)"])
    #expect(try ofEnvironment.integer(.servePort) == port)
    #expect(try Configuration(document: nil, flags: [.servePort: "\(port)"]).integer(.servePort) == port)
  }

  @Test("sizes and times have units")
  func units() {
    #expect(SettingKind.byteCount("1.5 GiB") == 1_610_612_736)
    #expect(SettingKind.byteCount("2 MB") == 2_000_000)
    #expect(SettingKind.byteCount("512") == 512)
    #expect(SettingKind.seconds("5m") == 300)
    #expect(SettingKind.seconds("90") == 90)
    #expect(SettingKind.seconds("") == nil)
  }

  @Test("text that is no TOML names the line")
  func notTOML() {
    let error = #expect(throws: ConfigurationError.self) { try document("[serve]\nport = = 1\n") }
    guard case .notTOML(_, let line, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(line == 2)
  }

  @Test("a secret is in no report and no error")
  func secrets() throws {
    let secret = "http://user:hunter2@proxy:3128"
    let configuration = try Configuration(document: nil, flags: [.upstreamProxy: secret])
    let report = ConfigurationReport(configuration)
    #expect(!(try JSONText.of(report)).contains("hunter2"))
    #expect(!report.table.contains("hunter2"))
    let error = #expect(throws: ConfigurationError.self) {
      try Configuration(document: nil, flags: [.upstreamProxy: "hunter2"])
    }
    #expect(error?.description.contains("hunter2") == false)
  }

  @Test("a path in the file starts at the file")
  func relativePath() throws {
    let file = try document("[subscription]\nmanifest = \"subs/a.toml\"\n")
    #expect(try Configuration(document: file).text(.subscriptionManifest) == "/etc/um/subs/a.toml")
  }

  @Test(
    "mistakes in a subscription manifest name their line",
    arguments: [
      ("version = 1\nproduct = []", "unknown key product"), ("version = 2", "expected 1, found 2"),
      ("products = []", "key version is missing"), ("version = 1\nlanguages = [no]", "not TOML"),
      ("version = 1\n[schedule]\nat = [\"25:00\"]", "line 3: schedule.at"),
      ("version = 1\ndrivers = \"yes\"", "line 2: drivers: expected true or false"),
      ("version = 1\nproducts = [\"\"]", "line 2: products"),
      ("version = 1\ncontent = \"all\"", "\"lazy\" or \"eager\" or \"none\""),
      ("version = 1\n[schedule]\nevery = 1", "line 3: unknown key schedule.every"),
    ])
  func manifestMistakes(text: String, words: String) {
    let error = #expect(throws: ConfigurationError.self) { try SubscriptionManifest(try document(text)) }
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
  }

  @Test("the times of a schedule are sorted, in the manifest and in the configuration")
  func scheduleTimes() throws {
    let manifest = try SubscriptionManifest(try document("version = 1\n[schedule]\nat = [\"14:00\", \"02:30\"]"))
    #expect(manifest.schedule.minutes == [150, 840])
    #expect(DailySchedule.minutes(" 14:00,02:30 , 02:30") == [150, 840])
    #expect(DailySchedule.minutes("") == [])
    for text in ["2:30", "24:00", "02:60", "02:30,", "02:30 14:00", "noon"] {
      #expect(DailySchedule.minutes(text) == nil, "\(text)")
      #expect(throws: ConfigurationError.self) {
        try Configuration(document: try document("[schedule]\nat = \"\(text)\"\n"))
      }
    }
  }

  @Test("times of the day and an interval exclude each other")
  func oneRhythm() throws {
    let both = try Configuration(document: try document("[schedule]\nat = \"02:30\"\nevery = \"4h\"\n"))
    let error = #expect(throws: ConfigurationError.self) { try SyncSchedule.checkRhythm(both) }
    #expect(error?.description.contains("schedule.every") == true)
    try SyncSchedule.checkRhythm(try Configuration(document: try document("[schedule]\nevery = \"4h\"\n")))
  }
}
