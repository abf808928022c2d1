/* Some segments, timers and calls make ns-3 follow a null pointer, end itself, or go round for ever. What it was at is given up
 * then, so that the other connections can still be judged; what it has allocated for that is lost. */
#include "ns3.h"

#include <csetjmp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <new>
#include <thread>
#include <unistd.h>

#include "ns3/event-impl.h"

namespace {

constexpr int lost = 134; /* exit status: ours is the fault, or there is no telling */
constexpr unsigned often = 0x8000; /* allocations in one event, some milliseconds; a window of segments takes a tenth of it */

sigjmp_buf *way_out;
unsigned allocations; /* of this event */
const std::thread::id simulator = std::this_thread::get_id();

void give_up()
{
    if (!way_out || std::this_thread::get_id() != simulator)
        _exit(lost);
    siglongjmp(*way_out, 1);
}

void on_signal(int)
{
    give_up();
}

} // namespace

/* Again after each time: ns-3 sets its own when it ends itself. */
void catch_signals()
{
    struct sigaction action = {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_NODEFER;
    for (int number : {SIGSEGV, SIGABRT, SIGFPE})
        sigaction(number, &action, nullptr);
    std::set_terminate(give_up);
}

/* In the place of the library's, for ns-3, too: where it goes round for ever it allocates, and holds no lock here. */
void *operator new(size_t size)
{
    if (way_out && std::this_thread::get_id() == simulator && ++allocations > often)
        give_up();
    void *room = malloc(size ? size : 1);
    if (!room)
        throw std::bad_alloc();
    return room;
}

/* In the place of ns-3's own. */
void ns3::EventImpl::Invoke()
{
    if (!m_cancel)
        spare([this] { Notify(); });
}

bool spare(const std::function<void()> &what)
{
    sigjmp_buf out, *volatile before = way_out;
    volatile bool done = false;
    way_out = &out;
    allocations = 0;
    if (sigsetjmp(out, 1) == 0) {
        what();
        done = true;
    } else {
        catch_signals();
    }
    way_out = before;
    return done;
}

unspared::unspared() : before(way_out)
{
    way_out = nullptr;
}

unspared::~unspared()
{
    way_out = static_cast<sigjmp_buf *>(before);
}
