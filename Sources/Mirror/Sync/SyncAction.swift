package import Catalog
package import UpdateModel
package import WireFormat

/// What the shell does next. Calls run beside each other; steps run alone, in order.
package enum SyncAction: Sendable {
  /// Send the request; ask for the next action at once.
  case post(CallID, SyncCall)
  /// Do this with the catalogue and report the ``SyncStepResult``.
  case perform(SyncStep)
  /// Wait until a call in flight is answered.
  case awaitAnswer
  /// Nothing is in flight: wait this many seconds, then report ``SyncEvent/waited``.
  case wait(seconds: Double)
  case finished
  case cancelled
  case failed(SyncError)
}

/// A change or a question to the catalogue.
package enum SyncStep: Sendable {
  /// Commit what GetConfigData answered, before the next call (SSS-120).
  case saveConfiguration(ServerConfiguration)
  case resetAnchors
  /// Is there a journal that an earlier run left?
  case findJournal(ListingKind)
  /// Names become GUIDs now that the categories are known.
  case resolveSubscription
  /// Write the journal with the identities that the call's answer listed.
  case beginListing(ListingKind, CallID, SyncAnchor)
  /// Write a journal for revisions that deployments and bundles name (AMB-29).
  case beginReferenceListing(SyncAnchor, [UpdateIdentity])
  case loadPending(ListingKind, after: Int64, limit: Int)
  case stage(ListingKind, BatchQueue.Finished)
  /// Which revisions do bundles and deployments name that nobody has (AMB-29)?
  case findMissingReferences(limit: Int)
  /// Which updates do the new revisions need as prerequisites that nobody has (AMB-08)?
  case findMissingPrerequisites(limit: Int)
  /// Which revisions of these updates does the call's answer, a listing of everything, name?
  case pickRevisions(CallID, of: [GUID])
  /// Which revisions have encrypted files and no keys (SSS-181)?
  case findRevisionsWithoutKeys(limit: Int)
  /// The one visible commit of a listing, with its anchor (guide 8, step g).
  case publish(ListingKind)
  /// Drop the journal so that the next run lists again from the old anchor (SSS-168).
  case abandonListing(ListingKind)
  case applyDeployments(CallID, wasFull: Bool)
  case recordHistory
}

extension SyncStep {
  /// Whether this step or a later one can use what the call answered. A new listing has no use for answers to
  /// batches of an older one, which a restart has thrown away.
  package func mayUse(_ call: CallID) -> Bool {
    switch self {
    case .findJournal, .resetAnchors: false
    case .beginListing(_, let listing, _): call == listing
    default: true
    }
  }
}

package enum SyncStepResult: Sendable {
  case done
  /// Of the journal found, or nil.
  case journal(SyncAnchor?)
  case subscription(RevisionSelection)
  /// A page of the journal and the position after which the next one begins.
  case pending([UpdateIdentity], last: Int64)
  case identities([UpdateIdentity])
  case updateIDs([GUID])
  /// The deployment anchor that is now stored.
  case deploymentAnchor(DeploymentAnchor)
}

package enum SyncEvent: Sendable {
  /// `date`: the Date header.
  case answered(CallID, SyncAnswer, date: Timestamp?)
  case faulted(CallID, SOAPFault, date: Timestamp?)
  /// No usable answer came: connection, HTTP status, malformed message.
  case broke(CallID, SyncError)
  case stepped(SyncStepResult)
  case waited
  case cancel
}
