import ArgumentParser

struct UpdatesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "updates", abstract: "Lists and shows updates of the catalogue.",
    discussion: example("updatemirror updates list --classification \"Security Updates\" --needs-files"),
    subcommands: [UpdatesList.self, UpdatesShow.self])
}
