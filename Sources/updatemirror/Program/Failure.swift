import Catalog
import ContentStore
import Export
import Mirror
import Platform
import Sealing
import UpdateServer

/// Why a command ends without having done its work, in the words that the operator reads.
struct Failure: Error, Equatable {
  let status: ProgramStatus
  /// What, which, expected, found.
  let message: String
  /// What to do about it.
  let hint: String?

  init(_ status: ProgramStatus = .failed, _ message: String, hint: String? = nil) {
    self.status = status
    self.message = message
    self.hint = hint
  }

  /// Gives any error of a room its exit status and, where there is one, a hint.
  init(_ error: any Error) {
    switch error {
    case let failure as Failure:
      self = failure
    case let error as ConfigurationError:
      self.init(.usage, error.description, hint: error.hint)
    case let error as FileLockError:
      if case .held = error {
        self.init(.locked, error.description, hint: "wait for the other run, or stop it; nothing was changed")
      } else {
        self.init(.failed, error.description)
      }
    case let error as SyncError:
      self.init(Self.isMistake(error) ? .usage : .failed, "sync: \(error)", hint: Self.advice(error))
    case let error as CatalogError:
      self.init(.failed, error.description, hint: Self.advice(error))
    case let error as ArchiveRefusal:
      self.init(.refused, error.description, hint: error.hint)
    case let error as WindowsPackageError:
      self.init(error.isRefusal ? .refused : .failed, error.description, hint: error.hint)
    case let error as ExportError:
      self.init(.failed, error.description, hint: error.hint)
    case let error as ImportError:
      self.init(.failed, error.description, hint: error.hint)
    case let error as SealingError:
      self.init(.failed, error.description, hint: Self.advice(error))
    case let error as ContentStoreError:
      var hint: String?
      if case .noSpace = error { hint = "make room on the disk; the next run continues" }
      self.init(.failed, error.description, hint: hint)
    case let error as UpdateServerError:
      self.init(.failed, error.description, hint: "another program may listen there: --port, or serve.port")
    case is CancellationError:
      self.init(.interrupted, "interrupted", hint: "nothing is lost; the next run continues")
    case let error as SystemError where error.isNoSpace:
      self.init(.failed, error.description, hint: "make room on the disk; the next run continues")
    default:
      self.init(.failed, String(describing: error))
    }
  }

  /// The operator's to correct, not the network's.
  private static func isMistake(_ error: SyncError) -> Bool {
    switch error {
    case .upstreamURLRefused, .unknownName, .noUpstream: true
    default: false
    }
  }

  private static func advice(_ error: SyncError) -> String? {
    switch error {
    case .transport: "updatemirror doctor tests the way to the USS; nothing is lost, the next run continues"
    default: error.hint
    }
  }

  private static func advice(_ error: SealingError) -> String? {
    switch error {
    case .passphraseMissing, .wrongPassphrase: "--passphrase-file FILE has it in its first line"
    default: nil
    }
  }

  private static func advice(_ error: CatalogError) -> String? {
    switch error {
    case .corrupted(let path, _): "move \(path) away, init and sync again: content is not fetched a second time"
    case .noSpace: "make room on the disk; the next run continues"
    case .busy: "wait for the other process, then try again"
    case .newerSchema: "use the version that wrote it, or a newer one"
    case .replica: "decide at its USS; the next sync brings it here"
    case .eulaNotAccepted: "read them at the publisher's; --accept-eula accepts them for all computers"
    case .declinedUpdate(let id): "updatemirror updates undecline \(id)"
    case .clientSideTargeting: "clients.targeting = server lets the administrator assign groups"
    case .groupHasChildren: "delete the groups below it first"
    default: nil
    }
  }

  /// `updatemirror: message`, then `hint: ...` on a line of its own.
  var text: String {
    "updatemirror: \(message)" + (hint.map { "\nhint: \($0)" } ?? "")
  }
}
