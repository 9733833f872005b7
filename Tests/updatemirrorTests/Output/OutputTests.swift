import Testing

@testable import updatemirror

@Suite("Output")
struct OutputTests {
  @Test("JSON has sorted keys and plain slashes")
  func json() throws {
    let report = ConfigurationCheckReport(file: "/etc/a.toml", manifest: nil, warnings: ["w"])
    #expect(
      try JSONText.of(report) == """
        {
          "file" : "/etc/a.toml",
          "warnings" : [
            "w"
          ]
        }
        """)
  }

  @Test("a table is as wide as its cells and has no blanks at line ends")
  func table() {
    var table = TextTable(["NAME", "SIZE"], alignments: [1: .right])
    table.add(["a", "1 B"])
    table.add(["longer name", "10 MiB"])
    #expect(table.text == "NAME           SIZE\na               1 B\nlonger name  10 MiB")
  }

  @Test("control characters of a title never reach the terminal")
  func controlCharacters() {
    #expect(TextTable.plain("a\u{1B}[31mb\nc") == "a [31mb c")
    #expect(TextTable.plain("Größe") == "Größe")
  }

  @Test("sizes and times read well")
  func quantities() {
    #expect(
      [0, 1023, 1024, 1536, 104_857_600, 1_073_741_824].map { Quantity.bytes($0) }
        == ["0 B", "1023 B", "1 KiB", "1.5 KiB", "100 MiB", "1 GiB"])
    #expect([7, 760, 11_100].map { Quantity.time($0) } == ["0:07", "12:40", "3:05:00"])
    #expect(Quantity.count(1, "file") == "1 file")
  }
}
