import Testing

@testable import updatemirror

@Suite struct ManualPagesTests {
  @Test("there is a page for every command, and it has every option")
  func everyCommand() throws {
    let pages = Dictionary(uniqueKeysWithValues: try ManualPages.all().map { ($0.fileName, $0.source) })
    let commands = try CommandDescription.program().shownSubcommands
    #expect(commands.count > 10)
    for command in commands {
      let page = try #require(pages["updatemirror-\(command.commandName).1"])
      for leaf in [command] + command.shownSubcommands {
        for name in leaf.ownArguments.compactMap(\.names?.last?.text) {
          #expect(page.contains(name.replacing("-", with: "\\-")), "\(command.commandName): \(name)")
        }
      }
    }
  }

  @Test("the page of the program has every exit status, that of the file every setting")
  func tables() throws {
    let pages = Dictionary(uniqueKeysWithValues: try ManualPages.all().map { ($0.fileName, $0.source) })
    for status in ProgramStatus.allCases {
      #expect(pages["updatemirror.1"]?.contains(".B \"\(status.rawValue)\"\n") == true)
    }
    for setting in Setting.allCases {
      let key = setting.key.replacing("-", with: "\\-")
      #expect(pages["updatemirror.toml.5"]?.contains(".B \"\(key)\"\n") == true, "\(key)")
    }
  }

  @Test("a text that begins with a request, or holds a backslash or quotes, is shown as it is")
  func escapes() {
    var page = ManualPage("x", section: 1, abstract: "one line.")
    page.paragraph(".SH not a heading")
    page.term("a \"quoted\" \\ term", "'tis")
    #expect(page.source.contains("x \\- one line\n"))
    #expect(page.source.contains("\n\\&.SH not a heading\n"))
    #expect(page.source.contains(".B \"a \\(dqquoted\\(dq \\e term\"\n\\&'tis\n"))
  }
}
