internal import CCurl

/// One libcurl transfer handle with the memory that it points to. Lives on the loop's thread.
struct EasyHandle: ~Copyable {
  let pointer: UnsafeMutableRawPointer
  private let errorText: UnsafeMutablePointer<CChar>
  private var headerList: UnsafeMutablePointer<curl_slist>?

  /// - Returns: nil when memory is short.
  init?() {
    guard let pointer = curl_easy_init() else { return nil }
    self.pointer = pointer
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    headerList = nil
    set(CURLOPT_ERRORBUFFER, errorText)
  }

  deinit {
    curl_easy_cleanup(pointer)
    curl_slist_free_all(headerList)
    errorText.deallocate()
  }

  /// libcurl's own words about `code`, printable.
  func reason(_ code: CURLcode) -> String {
    let text = String(cString: errorText)
    let words = text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
    return String(words.unicodeScalars.map { $0.value < 0x20 ? " " : Character($0) })
  }

  func set(_ option: CURLoption, _ value: Int) { _ = curl_shim_set_long(pointer, option, value) }

  func set(_ option: CURLoption, text: String?) { _ = curl_shim_set_text(pointer, option, text) }

  func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) {
    _ = curl_shim_set_pointer(pointer, option, value)
  }

  mutating func setHeaders(_ lines: [String]) {
    for line in lines { headerList = curl_slist_append(headerList, line) }
    _ = curl_shim_set_list(pointer, CURLOPT_HTTPHEADER, headerList)
  }
}

extension EasyHandle {
  mutating func apply(_ request: HTTPRequest) {
    set(CURLOPT_URL, text: request.url)
    switch request.method {
    case "GET" where request.body == nil: set(CURLOPT_HTTPGET, 1)
    case "HEAD": set(CURLOPT_NOBODY, 1)
    case "POST": set(CURLOPT_POST, 1)
    default: set(CURLOPT_CUSTOMREQUEST, text: request.method)
    }
    if request.body != nil || request.method == "POST" { setBody(request.body ?? []) }
    if request.acceptsCompressed {
      set(CURLOPT_ACCEPT_ENCODING, text: "gzip, deflate")
      // What one read decodes to is kept whole while the transfer is held: keep reads small.
      set(CURLOPT_BUFFERSIZE, 4 << 10)
    } else {
      set(CURLOPT_BUFFERSIZE, 256 << 10)
    }
    // An empty "Expect:" keeps libcurl from asking for leave to send a large body.
    let lines = request.headers.fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    setHeaders(lines + ["Expect:"])
  }

  private func setBody(_ body: [UInt8]) {
    _ = curl_shim_set_offset(pointer, CURLOPT_POSTFIELDSIZE_LARGE, body.count)
    body.withUnsafeBytes { bytes in
      // An empty array may have no address, and no address would mean a body to be read by callback.
      let start = bytes.baseAddress.map { UnsafeMutableRawPointer(mutating: $0) }
      if let start { set(CURLOPT_COPYPOSTFIELDS, start) } else { set(CURLOPT_COPYPOSTFIELDS, text: "") }
    }
  }

  func apply(_ configuration: HTTPClientConfiguration) {
    set(CURLOPT_NOSIGNAL, 1)
    // A name server that does not answer must not hold the loop when its transfer has ended.
    set(CURLOPT_QUICK_EXIT, 1)
    set(CURLOPT_PROTOCOLS_STR, text: "http,https")
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    set(CURLOPT_HTTP09_ALLOWED, 0)
    set(CURLOPT_FOLLOWLOCATION, 0)
    set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
    set(CURLOPT_TCP_KEEPALIVE, 1)
    set(CURLOPT_USERAGENT, text: configuration.userAgent)
    set(CURLOPT_CONNECTTIMEOUT_MS, max(1, configuration.connectTimeout.milliseconds))
    applyTrust(configuration)
    applyProxy(configuration.proxy)
  }

  private func applyTrust(_ configuration: HTTPClientConfiguration) {
    set(CURLOPT_SSL_VERIFYPEER, 1)
    set(CURLOPT_SSL_VERIFYHOST, 2)
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    if let roots = configuration.trustRootsFile {
      set(CURLOPT_CAINFO, text: roots)
      // Without this the system's folder of roots would be trusted as well.
      set(CURLOPT_CAPATH, text: nil)
    }
    if let certificate = configuration.clientCertificate {
      set(CURLOPT_SSLCERT, text: certificate.certificateFile)
      set(CURLOPT_SSLKEY, text: certificate.keyFile)
      set(CURLOPT_KEYPASSWD, text: certificate.keyPassword)
    }
  }

  private func applyProxy(_ proxy: ProxySetting) {
    switch proxy {
    case .environment: break
    case .none:
      set(CURLOPT_PROXY, text: "")
      set(CURLOPT_NOPROXY, text: "*")
    case .url(let url):
      set(CURLOPT_PROXY, text: url)
      set(CURLOPT_NOPROXY, text: "")
    }
  }
}
