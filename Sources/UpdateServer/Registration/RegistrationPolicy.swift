/// Which downstream servers this server registers.
///
/// `approve` and `allow-list` join the cases when a later version can administer them.
public enum RegistrationPolicy: String, Hashable, Sendable {
  /// Every server that states a name and a GUID, as Windows servers do.
  case open
}
