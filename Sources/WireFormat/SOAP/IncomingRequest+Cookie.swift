extension IncomingRequest {
  /// The cookie of the call, for a server that looks at it before the other parameters (MS-WUSP 3.1.5); nil when there
  /// is none or it cannot be read.
  public var cookie: Cookie? { ElementReader(element).requestCookie() }
}
