/* A TCP for a socket: how it is configured, and what it tells of itself. */
#include "uefi_sockets.h"

#include <string.h>

int uefi_use(struct sock *sock, EFI_HANDLE handle)
{
    sock->handle = handle;
    return uefi_services->HandleProtocol(handle, &uefi_tcp_guids[sock->ipv6],
                                         sock->ipv6 ? (VOID **)&sock->tcp6 : (VOID **)&sock->tcp4) == EFI_SUCCESS;
}

/* The address is always named: where none of its TCPs has it, IpIoFindSender finds nobody to send a reset with for what
 * belongs to no connection. */
int uefi_configure(struct sock *sock, int active)
{
    EFI_HANDLE handle = NULL;
    EFI_STATUS status = uefi_bindings[sock->ipv6]->CreateChild(uefi_bindings[sock->ipv6], &handle);
    if (status != EFI_SUCCESS || !uefi_use(sock, handle))
        return NO_RESOURCES;
    if (sock->ipv6) {
        EFI_TCP6_CONFIG_DATA data = {0};
        data.TrafficClass = sock->traffic_class;
        data.HopLimit = sock->ttl;
        memcpy(&data.AccessPoint.StationAddress, uefi_here.ipv6, 16);
        memcpy(&data.AccessPoint.RemoteAddress, sock->remote.octets, 16);
        data.AccessPoint.StationPort = sock->local.port;
        data.AccessPoint.RemotePort = sock->remote.port;
        data.AccessPoint.ActiveFlag = (BOOLEAN)active;
        data.ControlOption = (EFI_TCP6_OPTION *)&sock->options;
        status = sock->tcp6->Configure(sock->tcp6, &data);
    } else {
        EFI_TCP4_CONFIG_DATA data = {0};
        data.TypeOfService = sock->traffic_class;
        data.TimeToLive = sock->ttl;
        memcpy(&data.AccessPoint.StationAddress, uefi_here.ipv4, 4);
        memcpy(&data.AccessPoint.SubnetMask, uefi_here.mask, 4);
        memcpy(&data.AccessPoint.RemoteAddress, sock->remote.octets, 4);
        data.AccessPoint.StationPort = sock->local.port;
        data.AccessPoint.RemotePort = sock->remote.port;
        data.AccessPoint.ActiveFlag = (BOOLEAN)active;
        data.ControlOption = &sock->options;
        status = sock->tcp4->Configure(sock->tcp4, &data);
    }
    if (status != EFI_SUCCESS) {
        uefi_bindings[sock->ipv6]->DestroyChild(uefi_bindings[sock->ipv6], handle);
        sock->handle = NULL;
        return uefi_told(status);
    }
    sock->configured = 1;
    return OK;
}

int uefi_look(struct sock *sock, int *state)
{
    EFI_STATUS status;
    if (sock->ipv6) {
        EFI_TCP6_CONFIG_DATA data = {0};
        EFI_TCP6_CONNECTION_STATE is = 0;
        status = sock->tcp6->GetModeData(sock->tcp6, &is, &data, NULL, NULL, NULL);
        *state = (int)is;
        memcpy(sock->local.octets, &data.AccessPoint.StationAddress, 16);
        memcpy(sock->remote.octets, &data.AccessPoint.RemoteAddress, 16);
        sock->local.port = data.AccessPoint.StationPort;
        sock->remote.port = data.AccessPoint.RemotePort;
    } else {
        EFI_TCP4_CONFIG_DATA data = {0};
        EFI_TCP4_CONNECTION_STATE is = 0;
        status = sock->tcp4->GetModeData(sock->tcp4, &is, &data, NULL, NULL, NULL);
        *state = (int)is;
        memcpy(sock->local.octets, &data.AccessPoint.StationAddress, 4);
        memcpy(sock->remote.octets, &data.AccessPoint.RemoteAddress, 4);
        sock->local.port = data.AccessPoint.StationPort;
        sock->remote.port = data.AccessPoint.RemotePort;
    }
    return status == EFI_SUCCESS;
}
