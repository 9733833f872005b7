import Testing

@testable import Catalog

struct ClientTextTests {
  @Test("WUSP-095: a client id is 1 to 255 of a-z, 0-9 and -; upper case is folded")
  func clientIDs() {
    #expect(ClientID("AB-9f")?.text == "ab-9f")
    #expect(ClientID("AB-9f") == ClientID("ab-9F"))
    #expect(ClientID(String(repeating: "a", count: 255)) != nil)
    for text in ["", String(repeating: "a", count: 256), "a_b", "a b", "ä", "a\0", "a;b", "{a}", "K" + "\u{212A}"] {
      #expect(ClientID(text) == nil, "\(text)")
    }
  }

  @Test("WUSP-096: a host name is 1 to 255 of letters, digits, -, _ and .")
  func hostNames() {
    for text in ["PC-1.corp.example", "PC_1", "a"] { #expect(HostName(text)?.text == text) }
    for text in ["", "a b", "ä.example", "<b>", "a\n", String(repeating: "a", count: 256)] {
      #expect(HostName(text) == nil, "\(text)")
    }
  }

  @Test("WUSP-347: control characters, line separators and invisible characters are written out")
  func hidden() {
    #expect(ClientText.bounded("a\u{1B}[31m\r\nb") == "a\\u{1b}[31m\\u{d}\\u{a}b")
    #expect(
      ClientText.bounded("x\u{202E}y\u{2028}z\u{7F}\u{85}\u{200B}") == "x\\u{202e}y\\u{2028}z\\u{7f}\\u{85}\\u{200b}")
    #expect(ClientText.bounded("<script>Grüße 日本</script>") == "<script>Grüße 日本</script>")
  }

  @Test("text is cut after its bound, however long it is")
  func cut() {
    #expect(ClientText.bounded("abcd", limit: 4) == "abcd")
    #expect(ClientText.bounded("abcde", limit: 4) == "abcd…")
    let long = String(repeating: "\n", count: 10 << 20)
    #expect(ClientText.bounded(long, limit: 1_024).utf8.count < 6_000)
    #expect(ClientText.bounded(ifAny: "") == nil)
  }

  @Test("several strings come back from one column as they went in")
  func lines() {
    for strings in [[], ["a"], [""], ["a", "", "b"]] as [[String]] {
      #expect(ClientText.strings(ClientText.lines(strings)) == strings)
    }
  }

  @Test("WUSP-130: clients and servers that share a version are told apart")
  func names() {
    func name(_ major: Int32, _ minor: Int32, _ build: Int32, _ type: UInt8, _ description: String? = nil) -> String {
      OperatingSystem(major: major, minor: minor, build: build, oldProductType: type).name(description: description)
    }
    let rows: [(Int32, Int32, Int32, UInt8, String)] = [
      (10, 0, 26_100, 1, "Windows 11"), (10, 0, 19_045, 1, "Windows 10"), (10, 0, 26_100, 3, "Windows Server 2025"),
      (10, 0, 20_348, 2, "Windows Server 2022"), (10, 0, 17_763, 3, "Windows Server 2019"),
      (10, 0, 14_393, 3, "Windows Server 2016"), (6, 3, 9_600, 1, "Windows 8.1"),
      (6, 3, 9_600, 3, "Windows Server 2012 R2"), (6, 2, 9_200, 1, "Windows 8"),
      (6, 2, 9_200, 2, "Windows Server 2012"),
      (6, 1, 7_601, 1, "Windows 7"), (6, 1, 7_601, 3, "Windows Server 2008 R2"), (6, 0, 6_002, 1, "Windows Vista"),
      (6, 0, 6_002, 3, "Windows Server 2008"), (5, 1, 2_600, 1, "Windows XP"), (5, 2, 3_790, 3, "Windows Server 2003"),
      (11, 2, 1, 1, "Windows 11.2"), (11, 2, 1, 3, "Windows Server 11.2"),
    ]
    for row in rows { #expect(name(row.0, row.1, row.2, row.3) == row.4) }
    #expect(name(10, 0, 26_100, 1, "Windows 10 Pro") == "Windows 10 Pro")
    #expect(name(6, 1, 7_601, 1, "something") == "Windows 7")
  }
}
