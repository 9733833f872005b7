import ArgumentParser
import Catalog
import UpdateModel

struct UpdatesShow: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows everything about one update.",
    discussion: example(
      "updatemirror updates show 266f6222-c89d-43f2-9f8a-69340271e677",
      "updatemirror updates show 266f6222-c89d-43f2-9f8a-69340271e677.200 --json"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "The update's GUID (its latest revision), or GUID.REVISION.")
  var update: String

  @Flag(name: .long, help: "Print the metadata document as it was received, nothing else.")
  var document = false

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    guard let details = try await find(in: site.catalog) else {
      throw Failure(.failed, "updates show: \(update): not in the catalogue", hint: "updatemirror updates list --all")
    }
    guard document else {
      try output.show(UpdateReport(details))
      return .done
    }
    guard let bytes = try await site.catalog.document(details.row.identity) else {
      throw Failure(.failed, "updates show: \(details.row.identity): no document is stored")
    }
    print(String(decoding: bytes, as: UTF8.self))
    return .done
  }

  private func find(in catalog: Catalog) async throws -> UpdateDetails? {
    if let guid = GUID(update) { return try await catalog.update(guid) }
    guard let identity = UpdateIdentity(update) else {
      throw Failure(.usage, "updates show: expected a GUID or GUID.REVISION, found \(update)")
    }
    return try await catalog.update(identity)
  }
}
