import ArgumentParser

struct KeysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "Signing keys of this site, and the signers it trusts.",
    discussion: example("updatemirror keys create archives", "updatemirror keys trust headquarters.pem --yes"),
    subcommands: [KeysCreate.self, KeysList.self, KeysTrust.self, KeysRevoke.self, KeysCertificate.self])
}
