import Catalog
import Mirror
import Platform
import Testing

@testable import updatemirror

@Suite("Exit statuses")
struct ProgramStatusTests {
  @Test("the exit numbers are the documented ones")
  func numbers() {
    #expect(ProgramStatus.allCases.map(\.rawValue) == [0, 1, 2, 3, 10, 11, 12, 130])
  }

  @Test("each kind of error has its exit status")
  func statuses() {
    #expect(Failure(FileLockError.held(path: "/x/lock", processID: 7)).status == .locked)
    #expect(Failure(CancellationError()).status == .interrupted)
    #expect(Failure(ConfigurationError.missingKey(file: "a", key: "b")).status == .usage)
    #expect(Failure(SyncError.unknownName(kind: "product", name: "x", nearest: [])).status == .usage)
    let unreached = Failure(SyncError.transport(operation: "GetCookie", reason: "refused"))
    #expect(
      unreached.hint == "updatemirror doctor tests the way to the USS; nothing is lost, the next run continues")
    #expect(Failure(CatalogError.corrupted(path: "/x", text: "y")).hint?.contains("move /x away") == true)
    #expect(Failure(SystemError(call: "open", path: "/x", code: 2)).status == .failed)
  }

  @Test("an error is printed as what, which, expected, found, then a hint")
  func words() {
    let failure = Failure(.failed, "state: expected a folder, found a file", hint: "move it away")
    #expect(failure.text == "updatemirror: state: expected a folder, found a file\nhint: move it away")
  }
}
