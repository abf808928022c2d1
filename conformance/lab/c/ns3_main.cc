/* ns-3 in real time on whole frames: `ns3 FRAMES IPV4 MASK IPV6`, where FRAMES is the number of a descriptor that gives and
 * takes them. The agent is controlled over standard input and output.
 *
 * Everything happens in the simulator's thread, as its events. One more thread waits for the tester. */
#include "ns3.h"

#include <cstdlib>
#include <poll.h>
#include <semaphore.h>
#include <thread>
#include <unistd.h>

#include "ns3/make-event.h"
#include "ns3/realtime-simulator-impl.h"
#include "ns3/simulator.h"

extern "C" {
#include "agent.h"
#include "services.h"
#include "stream.h"
}

using namespace ns3;

namespace {

sem_t heard; /* what the tester said has been dealt with */
bool turn_is_due;

void turn();

/* A socket may have become ready: the agent's turn is an event of its own, as ns-3 may be in the midst of a segment. It comes
 * after all that has happened by now. */
void wake()
{
    if (!turn_is_due)
        DynamicCast<RealtimeSimulatorImpl>(Simulator::GetImplementation())->ScheduleRealtimeNow(MakeEvent(&turn));
    turn_is_due = true;
}

void turn()
{
    unspared agent;
    turn_is_due = false;
    agent_turn(stream_now());
    services_turn();
    if (sockets_pending())
        wake();
}

void tick()
{
    turn();
    Simulator::Schedule(Seconds(1), &tick);
}

void take()
{
    unspared agent;
    if (!stream_take(stream_now()))
        _exit(0);
    turn();
    sem_post(&heard);
}

void wait_for_tester()
{
    pollfd source = {0, POLLIN, 0};
    for (;;) {
        poll(&source, 1, -1);
        Simulator::ScheduleWithContext(node()->GetId(), Seconds(0), &take);
        while (sem_wait(&heard) != 0) {
        }
    }
}

} // namespace

int main(int count, char **words)
{
    static struct stack stack;
    static const int lengths[2] = {4, 16};
    int out = dup(1);
    if (count != 5)
        return 2;
    dup2(2, 1); /* what ns-3 has to say shall not end up in the stream */
    node_begin(atoi(words[1]), words[2], words[3], words[4]);
    sockets_begin(wake);
    opening_fill(&stack);
    calls_fill(&stack);
    settings_fill(&stack);
    if (!services_begin(&stack, lengths))
        return 1;
    sem_init(&heard, 0, 0);
    /* Its device reads frames as soon as the simulator runs: then we are ready. */
    Simulator::Schedule(MilliSeconds(10), &stream_begin, &stack, 0, out);
    Simulator::Schedule(MilliSeconds(10), &tick);
    Simulator::Schedule(MilliSeconds(10), +[] { std::thread(wait_for_tester).detach(); });
    catch_signals();
    Simulator::Run();
    return 0;
}
