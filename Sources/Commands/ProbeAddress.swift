import Glibc

/// An address of a host's port.
struct ProbeAddress: Sendable {
    let family: Int32
    /// A `sockaddr` of the family.
    let bytes: [UInt8]

    /// The host's addresses, as the resolver orders them; none if it has none. It blocks for as long
    /// as the name servers take.
    static func all(of host: String, port: Int) -> [ProbeAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, String(port), &hints, &list) == 0 else { return [] }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [ProbeAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            // SAFETY: the entry is one of the list, which is freed after the loop, and says how long
            // its address is.
            let bytes = unsafe UnsafeRawBufferPointer(
                start: entry.pointee.ai_addr, count: Int(entry.pointee.ai_addrlen))
            addresses.append(
                ProbeAddress(family: unsafe entry.pointee.ai_family, bytes: unsafe Array(bytes)))
            unsafe next = entry.pointee.ai_next
        }
        return addresses
    }
}
