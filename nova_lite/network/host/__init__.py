"""What a host does for the networks of its guests: a bridge, a namespace with the gateway, and a DHCP server each."""
