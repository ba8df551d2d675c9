"""What a client of an OpenOPC gateway meets on the wire: its exceptions, and what sets its variants apart."""
# SPDX-License-Identifier: Apache-2.0
import dataclasses


def _exception(name):
    """An exception whose class appears on the wire as OpenOPC.<name>."""
    return type(name, (Exception,), {"__module__": "OpenOPC"})


OPCError = _exception("OPCError")
TimeoutError_ = _exception("TimeoutError")
TimeOutErrors = _exception("TimeOutErrors")

# COM's codes, as the gateway prints them.
BAD_RIGHTS = -1073479674
UNKNOWN_ITEM = -1073479673
FAILED = -2147467259
NO_SUCH_SERVER = -2147221005
NOT_REGISTERED = -2147221164
SERVER_UNAVAILABLE = -2147023174

# What the OPC server says about them when a read asks for its errors.
ERROR_TEXTS = {
    BAD_RIGHTS: "The item's access rights do not allow the operation.",
    UNKNOWN_ITEM: "The item ID is not defined in the server address space.",
    FAILED: "Unspecified error",
}


@dataclasses.dataclass(frozen=True)
class Variant:
    """One of the gateways in the field."""
    name: str
    timeout: type = TimeoutError_
    com_errors: bool = True           # COM errors come as OPCError, with the number in its text
    unknown_tag_fails: bool = False   # one unknown tag fails the whole read
    needs_property_id: bool = False   # properties() without an id, or with several, fails
    plain_ids: bool = False           # create_client() returns the object's id as text, not a Proxy
    own_address: bool = False         # URIs name the address it listens on; otherwise localhost:7766, whatever it is
    returns_true: bool = False        # connect(), remove() and close() return True
    python3: bool = False             # ping() and close() with named groups work on Python 3

    def failure(self, call, code):
        """The exception for a COM error."""
        if self.com_errors:
            return OPCError(f"{call}: {code}")
        return TypeError("cannot unpack non-iterable com_error object")


VARIANTS = {variant.name: variant for variant in [
    Variant("1.3.1"),
    Variant("openopc120", unknown_tag_fails=True, needs_property_id=True, own_address=True),
    Variant("yq", timeout=TimeOutErrors, com_errors=False, plain_ids=True, own_address=True,
            returns_true=True, python3=True),
]}
