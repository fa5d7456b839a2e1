import { expect, type Lab, test } from 'hairpin';
import { diagnosisOf } from '../diagnosis/diagnosed.ts';
