import { DOCKER_CLIENTS } from './docker-clients.ts';
import { IMAGE_CLIENTS } from './image-clients.ts';
import { MORE_CLIENTS } from './more-clients.ts';
import type { Client } from './scenarios.ts';

/** Every client there is a table for, and what each does in every scenario: measured, and held to. */
export const CLIENTS: readonly Client[] = [...DOCKER_CLIENTS, ...IMAGE_CLIENTS, ...MORE_CLIENTS];
