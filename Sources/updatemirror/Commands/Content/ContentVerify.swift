import ArgumentParser
import ContentStore

struct ContentVerify: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Reads stored files, compares length and every declared digest, and withdraws what differs.",
    discussion: example(
      "updatemirror content verify", "updatemirror content verify --subset 1/30 --repair   # a thirtieth a night"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var progress: ProgressOptions

  @Option(name: .long, help: "Part n of m of all files, as 1/30.")
  var subset: String?

  @Flag(name: .long, help: "Fetch bad and lost files again in this run.")
  var repair = false

  func validate() throws {
    if let subset, VerifySubset(subset) == nil {
      throw ValidationError("--subset: expected n/m with 1 <= n <= m <= 10000, found \(subset)")
    }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let check = ContentCheck(site: site, subset: subset.flatMap { VerifySubset($0) } ?? .all, repairs: repair)
    return try await check.run(output, progress)
  }
}

struct ContentRepair: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "repair", abstract: "Verifies everything, quarantines bad files and fetches what is missing.",
    discussion: example("updatemirror content repair"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var progress: ProgressOptions

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    return try await ContentCheck(site: site, subset: .all, repairs: true).run(output, progress)
  }
}
