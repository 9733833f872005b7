import ArgumentParser
import Platform

/// Writes the manual pages, for the package.
struct ManualPagesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual-pages", abstract: "Writes the manual pages into a folder.",
    discussion: example("updatemirror manual-pages /usr/local/share/man/man1"), shouldDisplay: false)

  @Argument(help: "An existing folder.")
  var folder: String

  func run() throws {
    for page in try ManualPages.all() {
      try DurableFile.write(Array(page.source.utf8), to: "\(folder)/\(page.fileName)", permissions: 0o644)
    }
  }
}
