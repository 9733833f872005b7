import ArgumentParser

struct UpdatesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "updates", abstract: "Lists, shows, approves and declines updates of the catalogue.",
    discussion: example(
      "updatemirror updates list --classification \"Security Updates\" --needs-files",
      "updatemirror updates approve KB5031455 --group Pilot"),
    subcommands: [
      UpdatesList.self, UpdatesShow.self, UpdatesApprove.self, UpdatesUnapprove.self, UpdatesDecline.self,
      UpdatesUndecline.self, UpdatesEULAs.self,
    ])
}
