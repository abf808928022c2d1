/* The firmware's network: drivers, addresses, and whether each family can be used. */
#include "uefi_sockets.h"

#include <string.h>

enum { WAITS = 300 };

EFI_SERVICE_BINDING *uefi_bindings[2];
EFI_GUID uefi_tcp_guids[2] = {EFI_TCP4_PROTOCOL, EFI_TCP6_PROTOCOL};
static EFI_GUID binding_guids[2] = {EFI_TCP4_SERVICE_BINDING_PROTOCOL, EFI_TCP6_SERVICE_BINDING_PROTOCOL};

/* IPv6 addresses are the interface's, by EFI_IP6_CONFIG_PROTOCOL, which gnu-efi does not have. */
struct ip6_config {
    EFI_STATUS(EFIAPI *set)(struct ip6_config *this, UINT32 what, UINTN size, VOID *value);
};

static void give_address(EFI_HANDLE handle)
{
    static EFI_GUID guid = {0x937fe521, 0x95ae, 0x4d1a, {0x89, 0x29, 0x48, 0xbc, 0xd9, 0x0a, 0xd3, 0x1a}};
    enum { POLICY = 2, DETECTION = 3, ADDRESS = 4 };
    struct ip6_config *config;
    UINT32 nothing = 0; /* manual; no duplicate is looked for: nobody else is on this link */
    struct {
        uint8_t address[16];
        BOOLEAN anycast;
        UINT8 bits;
    } address = {{0}, 0, uefi_here.bits};
    memcpy(address.address, uefi_here.ipv6, 16);
    if (uefi_services->HandleProtocol(handle, &guid, (VOID **)&config) != EFI_SUCCESS)
        return;
    config->set(config, POLICY, sizeof nothing, &nothing);
    config->set(config, DETECTION, sizeof nothing, &nothing);
    config->set(config, ADDRESS, sizeof address, &address);
}

static int usable(int family)
{
    struct sock *sock = uefi_take(family);
    int result, waits;
    for (waits = 0; waits < WAITS; waits++) {
        sock->local.port = 1;
        result = uefi_configure(sock, 0);
        if (result == OK || !family)
            break;
        uefi_wait();
    }
    uefi_give_back(sock);
    return result == OK;
}

static EFI_SERVICE_BINDING *find_binding(int family)
{
    EFI_HANDLE *handles;
    EFI_SERVICE_BINDING *found = NULL;
    UINTN count;
    if (uefi_services->LocateHandleBuffer(ByProtocol, &binding_guids[family], NULL, &count, &handles) != EFI_SUCCESS)
        return NULL;
    uefi_services->HandleProtocol(handles[0], &binding_guids[family], (VOID **)&found);
    if (family)
        give_address(handles[0]);
    return found;
}

/* The firmware may have started no network driver: nothing was booted from there. */
static void start_network(void)
{
    EFI_HANDLE *handles;
    UINTN count, at;
    if (uefi_services->LocateHandleBuffer(AllHandles, NULL, NULL, &count, &handles) == EFI_SUCCESS)
        for (at = 0; at < count; at++)
            uefi_services->ConnectController(handles[at], NULL, NULL, 1);
}

int uefi_network_begin(void)
{
    int family, found = 0;
    start_network();
    for (family = 0; family < 2; family++) {
        uefi_bindings[family] = find_binding(family);
        if (uefi_bindings[family] && usable(family))
            found |= 1 << family;
    }
    return found;
}
